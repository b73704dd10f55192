# file: ike-engine/session/request_child.cc
# invariant: reqid
# bug: who rekeys a child gives it a reqid of its own
/\.reqid = creation.traits.reqid,/d
