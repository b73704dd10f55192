# file: ike-engine/session/cookies.cc
# invariant: convergence
# bug: no COOKIE is known again
/bool Cookies::knows/,/^}/s/return base::same_secret/return false \&\& base::same_secret/
