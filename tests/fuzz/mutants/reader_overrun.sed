# bug: a reader hands out one octet that is not there
# file: ike-engine/base/bytes.cc
# target: wire_fuzz
s/if (count > data_\.size()) {/if (count > data_.size() + 1) {/
