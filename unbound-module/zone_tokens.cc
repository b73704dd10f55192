#include "unbound-module/zone_tokens.h"

#include <fmt/format.h>

namespace latchkey::unbound {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool ends_word(char c) { return is_blank(c) || c == '(' || c == ')' || c == ';' || c == '"'; }

class Entry {
 public:
  explicit Entry(std::string_view text) : text_(text) {}

  std::expected<std::vector<Token>, std::string> split() {
    while (at_ < text_.size()) {
      if (auto read = step(); !read) return std::unexpected(read.error());
    }
    if (depth_ > 0) return fail("a parenthesis is not closed");
    return std::move(tokens_);
  }

 private:
  std::unexpected<std::string> fail(std::string_view what) const {
    return std::unexpected(fmt::format("character {}: {}", at_ + 1, what));
  }

  std::expected<void, std::string> step() {
    const char c = text_[at_];
    if (c == '"') return fail("a quote has no place in this record");
    if (c == ')' && depth_ == 0) return fail("a parenthesis was not opened");
    if (c == ';') return skip_comment();
    if (!ends_word(c)) return word();
    if (c == '(') ++depth_;
    if (c == ')') --depth_;
    ended_ |= c == '\n' && depth_ == 0 && !tokens_.empty();
    ++at_;
    return {};
  }

  std::expected<void, std::string> skip_comment() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    return {};
  }

  std::expected<void, std::string> word() {
    if (ended_) return fail("a second record");
    const std::size_t begin = at_;
    while (at_ < text_.size() && !ends_word(text_[at_])) at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ > text_.size()) return fail("nothing behind the backslash");
    tokens_.push_back({text_.substr(begin, at_ - begin), begin + 1});
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  bool ended_ = false;  ///< a line ended outside parentheses
  std::vector<Token> tokens_;
};

}  // namespace

std::expected<std::vector<Token>, std::string> split_entry(std::string_view text) { return Entry(text).split(); }

}  // namespace latchkey::unbound
