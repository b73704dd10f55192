# bug: a rekeyed child is looked at once more after the list that holds it has grown, and moved
# file: ike-engine/session/answer_creation.cc
# target: responder_fuzz
s/take_over(sa, context, \*replaced, fresh);/take_over(sa, context, old->spi_in, fresh);/
