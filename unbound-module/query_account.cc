// What a question's story leaves for those who ask later why it ended as it did.

#include "unbound-module/ipseckey_text.h"
#include "unbound-module/key_set.h"
#include "unbound-module/query.h"

namespace latchkey::unbound {
namespace {

RecordAccount account_of(const IpseckeyRecord& record) {
  RecordAccount account{record.precedence, record.algorithm, gateway_text(record).value_or("?"), {}};
  account.key_digest = base::to_hex(digest_of({record.algorithm, record.key}));
  return account;
}

}  // namespace

base::Duration Query::since_begun() { return std::chrono::microseconds(resolver_.now_us() - begun_us_); }

void Query::outcome(std::size_t place, const Done& done) {
  race_.outcome(place, done);
  if (place < waited_.size()) waited_[place].answered = since_begun();
}

void Query::account_for_answer() {
  AnswerAccount& answer = account_.answer;
  answer.after = since_begun();
  answer.count = own_.size();
  answer.status = to_string(statuses_.address);
  if (same_name(address_end_, name_)) return;
  answer.alias_status = to_string(statuses_.alias);
  answer.alias_end = name_text(address_end_);
}

void Query::account_for_key() {
  KeyAccount& key = account_.key;
  key.after = since_begun();
  key.owner = name_text(asked_again_ ? address_end_ : name_);
  key.status = to_string(statuses_.key);
  key.malformed = keys_.malformed;
  key.refused = keys_.refused;
  for (const IpseckeyRecord& record : keys_.records) {
    if (key.usable.size() == KeyAccount::kMostRecords) break;
    key.usable.push_back(account_of(record));
  }
}

void Query::account_for_addresses() {
  for (std::size_t place = 0; place < race_.candidates().size(); ++place) {
    const Race::Candidate& candidate = race_.candidates()[place];
    const Waited waited = place < waited_.size() ? waited_[place] : Waited{};
    account_.addresses.push_back({candidate.address, Race::to_string(candidate.standing), candidate.reason,
                                  waited.asked, waited.answered, candidate.lease_left_s});
  }
}

}  // namespace latchkey::unbound
