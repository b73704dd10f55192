# The running kernel. Needs root (or a user namespace in which it is root). Sourced by ../run.
start_guests() {
  guest_environment 1 >"$LAB_OUT/guest.env"
  (
    . "$LAB_OUT/guest.env"
    exec 8>&-
    modprobe -a esp4 esp6 xfrm_user veth sch_netem 2>/dev/null
    "$LAB/backends/warm_up.sh"
    exec "$LAB/backends/guest.sh" "$LAB_RESULTS" "${SCENARIOS[@]}"
  ) >"$LAB_OUT/guest.log" 2>&1 &
  GUESTS=($!)
}
