#!/bin/bash
# The first SA of each kind makes the kernel load and test its ciphers, which can take seconds: let that happen before a scenario
# counts time. In a network namespace of its own.
exec unshare --net bash -c '
  key=0x000102030405060708090a0b0c0d0e0f10111213
  wide=${key}1415161718191a1b1c1d1e1f20212223
  for address in 127.0.0.1 ::1; do
    ip xfrm state add src $address dst $address proto esp spi 0x101 mode tunnel aead "rfc4106(gcm(aes))" $key 128
    ip xfrm state add src $address dst $address proto esp spi 0x102 mode transport replay-window 128 flag esn aead "rfc4106(gcm(aes))" $wide 128
    ip xfrm state add src $address dst $address proto esp spi 0x103 mode tunnel aead "rfc7539esp(chacha20,poly1305)" $wide 128
    ip xfrm policy add src $address dst $address dir out tmpl src $address dst $address proto esp mode tunnel
  done'
