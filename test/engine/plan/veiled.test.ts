import { expect, test } from 'vitest'
import { plain } from '../../../src/base/json.ts'
import { Secret, sealerOf } from '../../../src/base/secret.ts'
import { decideWanted } from '../../../src/engine/plan/decide.ts'
import { file } from '../../../src/sal/files/file.ts'

test('a file that was secret and is to be plain does not show what was in it', () => {
  const secret = new Secret('secrets.x', 'old password', sealerOf(new Uint8Array(32)))
  const before = file('/etc/app.conf', secret)
  const now = file('/etc/app.conf', 'password in another file')
  const found = {
    type: 'file',
    path: '/etc/app.conf',
    mode: '0644',
    owner: 'root',
    group: 'root',
    digest: 'sha256:00',
    text: 'old password',
  }
  const past = { wanted: plain(before.wanted), before: { type: 'absent' }, adopted: false }
  const decision = decideWanted(now.kind, now.thing, now.wanted, { state: 'seen', found }, past)
  expect(decision.changes).toMatchObject([{ path: 'content', from: { sealed: secret.sealed } }])
  expect(JSON.stringify(decision.changes)).not.toContain('old password')
})
