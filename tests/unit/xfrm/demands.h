#pragma once
// What a tunnel without leased addresses demands.

#include "xfrm/ours.h"

namespace latchkey::xfrm {

inline Demand demand(const base::Address& local, const base::Address& remote, api::Mode mode, base::ReqId reqid,
                     base::Spi sends_by = base::Spi{0x8000}) {
  return {{local, remote}, {local, remote}, mode, reqid, sends_by};
}

}  // namespace latchkey::xfrm
