#pragma once

#include <fmt/format.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace axvp {

/// What went wrong, in one message that says where, what was found, what was expected and what to do next.
struct Error {
  std::string message;
};

/// A value, or the reason why there is none. Used for everything that comes from outside the program.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail("{}: cannot open", path);`
template <class... Arguments>
[[nodiscard]] tl::unexpected<Error> fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return tl::unexpected(Error{fmt::format(format, std::forward<Arguments>(arguments)...)});
}

/// Passes the error of `result` on, with `where` in front of its message.
template <class T>
[[nodiscard]] tl::unexpected<Error> fail_in(std::string_view where, const Result<T>& result) {
  return tl::unexpected(Error{fmt::format("{}: {}", where, result.error().message)});
}

/// Passes the error of `result` on unchanged: `if (!r) return forward_error(r);`
template <class T>
[[nodiscard]] tl::unexpected<Error> forward_error(const Result<T>& result) {
  return tl::unexpected(result.error());
}

}  // namespace axvp
