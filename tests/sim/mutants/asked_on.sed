# file: ike-engine/session/receive.cc
# invariant: age, left
# bug: a request without an answer is repeated for ever
/^void expire_established/,/^}/s/if (sa.request.exhausted(context.patience())) .*;//
