/** What the page does: it finds services as one types, and opens the one that is clicked in the graph. Without it all is readable. */
export const script = `
const all = (query) => [...document.querySelectorAll(query)];
const search = document.querySelector('input');
const found = document.querySelector('#found');
const rows = all('[data-text]');
const find = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const fits = (text) => words.every((word) => text.includes(word));
  let n = 0;
  const shown = new Set();
  for (const row of rows) {
    row.hidden = !fits(row.dataset.text);
    if (!row.hidden) { n++; shown.add(row.id); }
  }
  found.textContent = words.length ? n + ' of ' + rows.length : '';
  for (const box of all('svg .node')) {
    const row = box.id.replace('g-', 's-');
    const own = document.getElementById(row);
    const fit = own ? shown.has(row) : fits(box.textContent.toLowerCase());
    box.classList.toggle('dim', words.length > 0 && !fit);
  }
};
search.addEventListener('input', find);
for (const box of all('svg .node')) {
  const row = document.getElementById(box.id.replace('g-', 's-'));
  if (!row) continue;
  box.classList.add('open');
  box.addEventListener('click', () => { row.hidden = false; row.open = true; row.scrollIntoView({ block: 'start' }); });
}
`
