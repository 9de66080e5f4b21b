#include "liberty_syntax.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace axvp::liberty {
namespace {

constexpr int kDeepest = 64;  // groups within groups; keeps hostile input from exhausting the stack

struct Token {
  enum class Kind { Word, String, Mark, End } kind = Kind::End;
  std::string text;
  int line = 0;
  bool starts_line = false;  ///< First token on its line: ends an attribute written without a semicolon.

  [[nodiscard]] bool is(char mark) const { return kind == Kind::Mark && text[0] == mark; }
  [[nodiscard]] bool is_value() const { return kind == Kind::Word || kind == Kind::String; }
  [[nodiscard]] std::string shown() const { return kind == Kind::End ? "the end of the file" : "`" + text + "`"; }
};

/// Splits the text into tokens; the first error ends the stream.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Token next() {
    Token token;
    token.starts_line = skip_space();
    token.line = line_;
    if (position_ >= text_.size()) return token;
    const char c = text_[position_];
    if (c == '"') return scan_string(token);
    if (is_mark(c)) {
      ++position_;
      token.kind = Token::Kind::Mark;
      token.text = c;
      return token;
    }
    token.kind = Token::Kind::Word;
    while (position_ < text_.size() && !is_mark(text_[position_]) && text_[position_] != '"' &&
           std::isspace(static_cast<unsigned char>(text_[position_])) == 0 && !starts_continuation())
      token.text += text_[position_++];
    return token;
  }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  static bool is_mark(char c) { return std::string_view{"{}();:,"}.find(c) != std::string_view::npos; }

  [[nodiscard]] bool starts_continuation() const {
    if (text_[position_] != '\\') return false;
    auto after = position_ + 1;
    if (after < text_.size() && text_[after] == '\r') ++after;
    return after < text_.size() && text_[after] == '\n';
  }

  /// Skips white space, comments and continued lines; true if a new line began.
  bool skip_space() {
    bool new_line = position_ == 0;
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (starts_continuation()) {
        position_ = text_.find('\n', position_) + 1;
        ++line_;
      } else if (text_.compare(position_, 2, "/*") == 0) {
        skip_comment();
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        new_line |= c == '\n';
        line_ += c == '\n' ? 1 : 0;
        ++position_;
      } else {
        break;
      }
    }
    return new_line;
  }

  void skip_comment() {
    const auto end = text_.find("*/", position_ + 2);
    if (end == std::string_view::npos) error_ = fmt::format("line {}: the comment has no end", line_);
    const auto stop = end == std::string_view::npos ? text_.size() : end + 2;
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(position_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(stop), '\n'));
    position_ = stop;
  }

  Token scan_string(Token token) {
    token.kind = Token::Kind::String;
    for (++position_; position_ < text_.size() && text_[position_] != '"'; ++position_) {
      if (starts_continuation()) {
        position_ = text_.find('\n', position_);
        ++line_;
        continue;
      }
      line_ += text_[position_] == '\n' ? 1 : 0;
      token.text += text_[position_];
    }
    if (position_ >= text_.size()) {
      error_ = fmt::format("line {}: the string has no end", token.line);
      return token;
    }
    ++position_;
    return token;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  int line_ = 1;
  std::string error_;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : scanner_(text) { advance(); }

  std::optional<Group> parse_file() {
    Group file;
    parse_statement(file, 0);
    if (error_.empty() && token_.kind != Token::Kind::End) expected("the end of the file");
    if (error_.empty() && (file.groups.size() != 1 || file.groups[0].type != "library"))
      error_ = "line 1: expected one `library (...) { ... }` group";
    if (!error_.empty()) return std::nullopt;
    return std::move(file.groups[0]);
  }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void advance() {
    token_ = scanner_.next();
    if (error_.empty()) error_ = scanner_.error();
  }

  void expected(const std::string& what) {
    if (error_.empty()) error_ = fmt::format("line {}: expected {}, found {}", token_.line, what, token_.shown());
  }

  bool take(char mark) {
    if (!token_.is(mark)) return false;
    advance();
    return true;
  }

  void parse_statement(Group& parent, int depth) {
    if (token_.kind != Token::Kind::Word) return expected("the name of an attribute or group");
    const std::string name = token_.text;
    const int line = token_.line;
    advance();
    if (take(':')) return parse_simple_attribute(parent, name, line);
    if (!take('(')) return expected("`:` or `(` after " + name);
    std::vector<std::string> values = parse_values();
    if (!error_.empty()) return;
    if (!take('{')) {
      parent.attributes.push_back({name, std::move(values), line});
      take(';');
      return;
    }
    if (depth >= kDeepest) return expected("fewer nested groups");
    Group group{name, std::move(values), line, {}, {}};
    while (error_.empty() && !token_.is('}')) {
      if (token_.kind == Token::Kind::End) return expected("`}` of the group " + name);
      if (!take(';')) parse_statement(group, depth + 1);
    }
    take('}');
    take(';');
    parent.groups.push_back(std::move(group));
  }

  void parse_simple_attribute(Group& parent, const std::string& name, int line) {
    if (!token_.is_value() || token_.starts_line) return expected("a value after " + name);
    std::string value = token_.text;
    advance();
    while (token_.is_value() && !token_.starts_line) {  // an expression such as VDD + 0.5
      value += " " + token_.text;
      advance();
    }
    parent.attributes.push_back({name, {std::move(value)}, line});
    if (!take(';') && !token_.is('}') && !token_.starts_line) expected("`;` after the value of " + name);
  }

  std::vector<std::string> parse_values() {
    std::vector<std::string> values;
    while (error_.empty() && !token_.is(')')) {
      if (!token_.is_value()) {
        expected("a value or `)`");
        break;
      }
      values.push_back(token_.text);
      advance();
      take(',');
    }
    take(')');
    return values;
  }

  Scanner scanner_;
  Token token_;
  std::string error_;
};

}  // namespace

const Attribute* Group::find(std::string_view attribute) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == attribute; });
  return found == attributes.end() ? nullptr : &*found;
}

Result<Group> parse_syntax(std::string_view text, const std::string& name) {
  Parser parser{text};
  auto library = parser.parse_file();
  if (!library) return fail("{}: {}", name, parser.error());
  return std::move(*library);
}

}  // namespace axvp::liberty
