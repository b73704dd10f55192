# The main job with its story written down, whoever the server is. Sourced by the scenarios that ./demo.sh runs.

show_main_job() { # NAME
  local asked_ms
  ask "$1"
  expect_answer $SERVER4
  asked_ms=$TOOK_MS
  expect_protected udp
  /usr/bin/python3 -E -S "$LAB/lib/story.py" "$OUT/unbound.log" "$1.lab.example" "$asked_ms" "$SERVER4" "$OUT/ping.txt" >"$OUT/story.txt"
  {
    echo
    echo "In the capture, between $CLIENT4 and $SERVER4: ${WIRE[ike_init_request]} IKE_SA_INIT and ${WIRE[ike_auth_request]} IKE_AUTH requests," \
      "$((WIRE[esp_udp_out] + WIRE[esp_udp_in])) ESP packets in UDP, ${WIRE[plaintext]} plaintext packets."
  } >>"$OUT/story.txt"
  expect_at_least "the number of lines of the story" "$(count ' ms  ' "$OUT/story.txt")" 7
}
