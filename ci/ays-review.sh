#!/bin/sh
# Reviews a change of blueprints in a CI, and applies what was reviewed. The GitHub Action, the GitLab template and people
# by hand run this same script. docs/ci.md says how.
#
#   ays-review.sh review   mistakes, then a plan; for a head that is not trusted a diff, of which nothing runs
#   ays-review.sh apply    the plan that the comment of the request shows, and no other
#   ays-review.sh find     which plan that is
#
# AYS_FOLDER   folder of the workspace (.)            AYS_ENV       environment (default)
# AYS_COMMAND  validate, diff or plan (plan)          AYS_BASE      what to compare with (what the CI says)
# AYS_OUT      folder for results (.ays-review)       AYS_TRUST     trusted or untrusted (what the CI says)
# AYS_PROVIDER github or gitlab (what the CI says)    AYS_COMMENT   yes, no or auto: not where the head is untrusted (auto)
# AYS_AT       user@host where the state is kept      AYS_FAIL_ON   never, changes, medium or high (never)
# AYS          the ays to run (the one beside this script, else npx ays)
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=${AYS_FOLDER:-.}
environment=${AYS_ENV:-default}
out=${AYS_OUT:-.ays-review}

main() {
  mkdir -p "$out"
  case ${1:-} in
    review) review ;;
    find) find_plan ;;
    apply) apply_plan ;;
    *) fail "usage: ays-review.sh review | find | apply" ;;
  esac
}

ays() {
  if [ -n "${AYS:-}" ]; then "$AYS" "$@"
  elif [ -f "$here/../bin/ays.js" ]; then node "$here/../bin/ays.js" "$@"
  else npx --no-install ays "$@"; fi
}

# ays where the state is kept.
ays_there() {
  if [ -n "${AYS_AT:-}" ]; then ays --at "$AYS_AT" "$@"; else ays "$@"; fi
}

fail() {
  printf '%s\n' "ays-review: $1" >&2
  exit 1
}

# --- review

review() {
  trust=$(trust_of)
  output trust "$trust"
  case $trust in trusted | untrusted) ;; *) fail "AYS_TRUST is trusted or untrusted, not $trust" ;; esac
  command=${AYS_COMMAND:-plan}
  # A plan runs templates and opens secrets: of a head that is not trusted there is a diff only.
  if [ "$trust" = untrusted ]; then command=diff; fi
  output command "$command"
  case $command in
    validate) validate && tell --problems "$out/problems.json" ;;
    diff) { [ "$trust" = untrusted ] || validate; } && compare ;;
    plan) validate && make_plan ;;
    *) fail "AYS_COMMAND is validate, diff or plan, not $command" ;;
  esac
}

# Mistakes go to the lines that hold them, into the summary and the comment.
validate() {
  code=0
  ays validate "$folder" --env "$environment" --json >"$out/problems.json" || code=$?
  if [ "$code" -ne 0 ]; then
    tell --problems "$out/problems.json" || true
    exit 1
  fi
  # Warnings stand at their lines too; the comment has room for what the change does.
  GITHUB_STEP_SUMMARY='' ays comment "$folder" --env "$environment" --problems "$out/problems.json" ${GITHUB_ACTIONS:+--annotations}
}

compare() {
  base=$(base_of)
  set -- "$base"
  if [ -n "${AYS_HEAD:-}" ]; then set -- "$@" "$AYS_HEAD"; fi
  if [ "$trust" = untrusted ]; then set -- "$@" --untrusted; fi
  code=0
  ays diff "$@" -C "$folder" --env "$environment" --format markdown >"$out/diff.md" 2>"$out/diff.err" || code=$?
  case $code in
    0) changes=false ;;
    2) changes=true ;;
    *)
      # The same as data: mistakes of the head, or why it could not be compared.
      ays diff "$@" -C "$folder" --env "$environment" --json >"$out/problems.json" 2>/dev/null || true
      cat "$out/diff.err" >&2
      tell --problems "$out/problems.json" || true
      exit 1
      ;;
  esac
  output changes "$changes"
  ays diff "$@" -C "$folder" --env "$environment" --json >"$out/diff.json" || true
  ays diff "$@" -C "$folder" --env "$environment" --no-color || true
  tell --body "$out/diff.md"
  judge "$changes" "$(json "$out/diff.json" 'risk')"
}

make_plan() {
  code=0
  denied=false
  rm -f "$out/plan.json"
  ays_there plan "$folder" --env "$environment" --out "$out/plan.json" --no-color || code=$?
  case $code in
    0) changes=false ;;
    2) changes=true ;;
    *)
      # A plan that policy.yaml denies is there all the same, and its comment says why.
      [ -f "$out/plan.json" ] || exit 1
      changes=true
      denied=true
      ;;
  esac
  output changes "$changes"
  output hash "$(json "$out/plan.json" 'hash')"
  output plan "$out/plan.json"
  ays show "$out/plan.json" --format html >"$out/plan.html"
  tell --plan "$out/plan.json"
  judge "$changes" "$(json "$out/plan.json" 'plan.risk')"
  if [ "$denied" = true ]; then fail "policy.yaml denies this plan"; fi
}

# A comment where there is one to write; the summary and the lines in any case.
tell() {
  set -- "$folder" --env "$environment" "$@"
  provider=$(provider_of)
  if [ -n "$provider" ]; then set -- "$@" --provider "$provider"; fi
  if [ -n "${GITHUB_ACTIONS:-}" ]; then set -- "$@" --annotations; fi
  ays comment "$@"
}

judge() {
  output risk "$2"
  case ${AYS_FAIL_ON:-never}:$1:$2 in
    never:* | *:false:*) ;;
    changes:*) fail "there are changes, and AYS_FAIL_ON is changes" ;;
    medium:*:medium | medium:*:high | high:*:high) fail "the risk is $2, and AYS_FAIL_ON is $AYS_FAIL_ON" ;;
    medium:* | high:*) ;;
    *) fail "AYS_FAIL_ON is never, changes, medium or high, not $AYS_FAIL_ON" ;;
  esac
}

# --- apply

# What the comment says was reviewed: the hash of the saved plan, and the run that keeps it.
find_plan() {
  provider=$(provider_of)
  [ -n "$provider" ] || fail "no comment can be read without AYS_PROVIDER"
  ays comment "$folder" --env "$environment" --provider "$provider" --last >"$out/last.json"
  reviewed=$(json "$out/last.json" 'saved')
  [ -n "$reviewed" ] || fail "the comment of this request shows no saved plan: nothing was reviewed, and nothing is applied"
  output reviewed "$reviewed"
  output run "$(json "$out/last.json" 'run')"
}

# AYS_REVIEWED: the hash that was reviewed; absent: the comment says it. AYS_PLAN: the saved plan.
apply_plan() {
  plan=${AYS_PLAN:-$out/plan.json}
  reviewed=${AYS_REVIEWED:-}
  [ -n "$reviewed" ] || find_plan
  [ -f "$plan" ] || fail "the reviewed plan is not at $plan"
  given=$(json "$plan" 'hash')
  [ "$given" = "$reviewed" ] || fail "$plan is the plan $given, and the plan that was reviewed is $reviewed"
  code=0
  # What may destroy data was allowed when the plan was made, or is not.
  ays_there apply "$plan" -C "$folder" --yes --no-color >"$out/apply.txt" 2>&1 || code=$?
  cat "$out/apply.txt"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    ticks='````````````````'
    { printf '### ays apply: %s\n\n%s\n' "$([ "$code" -eq 0 ] && echo applied || echo failed)" "$ticks"
      tail -c 100000 "$out/apply.txt"
      printf '\n%s\n' "$ticks"; } >>"$GITHUB_STEP_SUMMARY"
  fi
  exit "$code"
}

# --- what the CI says

trust_of() {
  if [ -n "${AYS_TRUST:-}" ]; then printf '%s' "$AYS_TRUST"
  elif [ -n "${GITHUB_EVENT_PATH:-}" ]; then
    # A request whose own repository is not known, or gone, is one from elsewhere.
    case ${GITHUB_EVENT_NAME:-} in
      pull_request | pull_request_target)
        head=$(json "$GITHUB_EVENT_PATH" 'pull_request.head.repo.full_name')
        base=$(json "$GITHUB_EVENT_PATH" 'pull_request.base.repo.full_name')
        if [ -n "$head" ] && [ "$head" = "$base" ]; then printf trusted; else printf untrusted; fi ;;
      *) printf trusted ;;
    esac
  elif [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then
    if [ "${CI_MERGE_REQUEST_SOURCE_PROJECT_ID:-}" = "${CI_MERGE_REQUEST_PROJECT_ID:-none}" ]; then printf trusted
    else printf untrusted; fi
  else printf trusted; fi
}

# Where the request left its base: what came to the base since is no change of the request.
base_of() {
  asked=${AYS_BASE:-}
  if [ -z "$asked" ] && [ -n "${GITHUB_EVENT_PATH:-}" ]; then asked=$(json "$GITHUB_EVENT_PATH" 'pull_request.base.sha'); fi
  if [ -z "$asked" ]; then asked=${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}; fi
  [ -n "$asked" ] || fail "AYS_BASE is not set, and this is no request that says what it is to be merged into"
  git -C "$folder" merge-base --end-of-options "$asked" "${AYS_HEAD:-HEAD}" ||
    fail "$asked is not in this clone: fetch all of it (fetch-depth: 0, GIT_DEPTH: 0)"
}

provider_of() {
  case ${AYS_COMMENT:-auto}:${trust:-trusted} in
    no:* | auto:untrusted) return 0 ;;
  esac
  if [ -n "${AYS_PROVIDER:-}" ]; then printf '%s' "$AYS_PROVIDER"
  elif [ -n "${GITHUB_ACTIONS:-}" ]; then
    case ${GITHUB_EVENT_NAME:-} in pull_request | pull_request_target) printf github ;; esac
  elif [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then printf gitlab; fi
}

# One value of a JSON file by its path; nothing where there is none.
json() {
  node -e 'const at = (v, k) => (v === null || typeof v !== "object" ? undefined : v[k])
    const value = process.argv[2].split(".").reduce(at, JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")))
    if (["string", "number", "boolean"].includes(typeof value)) process.stdout.write(String(value))' "$1" "$2"
}

# For later steps. A value is one line of what ays itself made.
output() {
  if [ -n "${GITHUB_OUTPUT:-}" ]; then printf '%s=%s\n' "$1" "$(printf '%s' "$2" | tr -d '\r\n')" >>"$GITHUB_OUTPUT"; fi
}

main "$@"
