# file: ike-engine/api/engine.cc
# invariant: renewal
# bug: what the kernel says of a child's traffic is not heard
/^void Engine::expired/a if (!what.hard) return;
