#include "axvp/multipliers/npy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <regex>
#include <vector>

#include "axvp/common/file.h"

namespace axvp {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::uint64_t kReadLimit = 4u << 20;  // bytes; 65,536 products of 8 bytes and a header fit many times
constexpr std::uint64_t kLongestHeader =
    1024;  // bytes; NumPy's take 54 or 118. Bounds the depth of std::regex's recursion

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t n = bytes.size(); n-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[n]);
  return value;
}

struct ElementType {
  std::string_view descr;
  std::size_t size;
  bool is_signed;
};
constexpr std::array<ElementType, 6> kElementTypes{
    {{"<i4", 4, true}, {"<i2", 2, true}, {"<i8", 8, true}, {"<u2", 2, false}, {"<u4", 4, false}, {"<u8", 8, false}}};

struct Header {
  ElementType type;
  bool fortran_order;
  std::size_t data_begin;
};

std::optional<std::string> header_field(const std::string& dictionary, const std::string& pattern) {
  std::smatch match;
  if (!std::regex_search(dictionary, match, std::regex{pattern})) return std::nullopt;
  return match[1].str();
}

/// The dictionary's text and where the data begins.
struct Preamble {
  std::string dictionary;
  std::size_t data_begin;
};

Result<Preamble> parse_preamble(std::string_view content, const std::string& name) {
  if (content.substr(0, kMagic.size()) != kMagic)
    return fail("{}: not a .npy file (it does not begin with \\x93NUMPY); write it with numpy.save", name);
  if (content.size() < 10) return fail("{}: truncated: {} bytes, the header is not complete", name, content.size());
  const int major = static_cast<std::uint8_t>(content[6]);
  if (major < 1 || major > 3)
    return fail("{}: .npy format version {}.{}, expected 1 to 3", name, major, static_cast<std::uint8_t>(content[7]));
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t begin = 8 + length_bytes;
  const std::uint64_t length = little_endian(content.substr(8, length_bytes));
  if (content.size() < begin || length > content.size() - begin)
    return fail("{}: truncated: {} bytes, the header is not complete", name, content.size());
  if (length > kLongestHeader)
    return fail("{}: a header of {} bytes, expected at most {}; write it with numpy.save", name, length,
                kLongestHeader);
  return Preamble{std::string{content.substr(begin, length)}, begin + length};
}

Result<Header> parse_header(std::string_view content, const std::string& name) {
  const auto preamble = parse_preamble(content, name);
  if (!preamble) return forward_error(preamble);
  const std::string& dictionary = preamble->dictionary;

  const auto descr = header_field(dictionary, R"re(['"]descr['"]\s*:\s*['"]([^'"]*)['"])re");
  const auto fortran_order = header_field(dictionary, R"re(['"]fortran_order['"]\s*:\s*(True|False))re");
  const auto shape = header_field(dictionary, R"re(['"]shape['"]\s*:\s*\(([0-9,\s]*)\))re");
  if (!descr || !fortran_order || !shape)
    return fail("{}: the .npy header lacks a plain descr, fortran_order or shape; write it with numpy.save", name);

  const auto* type = std::find_if(kElementTypes.begin(), kElementTypes.end(),
                                  [&descr](const ElementType& t) { return t.descr == *descr; });
  if (type == kElementTypes.end())
    return fail(
        "{}: element type '{}', expected little-endian integers of 16, 32 or 64 bits such as '<i4'; "
        "write it with numpy.save(path, table.astype('<i4'))",
        name, *descr);
  static const std::regex square{R"(\s*256\s*,\s*256\s*,?\s*)"};
  if (!std::regex_match(*shape, square))
    return fail("{}: shape ({}), expected (256, 256): a row for each activation byte, a column for each weight byte",
                name, *shape);
  return Header{*type, *fortran_order == "True", preamble->data_begin};
}

std::optional<std::int32_t> element(std::string_view bytes, const ElementType& type) {
  const std::uint64_t raw = little_endian(bytes);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max());
  if (!type.is_signed) return raw <= kMax ? std::optional{static_cast<std::int32_t>(raw)} : std::nullopt;
  const unsigned unused = static_cast<unsigned>(64 - 8 * type.size);
  const auto value = static_cast<std::int64_t>(raw << unused) >> unused;
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max())
    return std::nullopt;
  return static_cast<std::int32_t>(value);
}

}  // namespace

Result<TruthTable> parse_npy_table(std::string_view content, const std::string& name) {
  const auto header = parse_header(content, name);
  if (!header) return forward_error(header);
  const std::string_view data = content.substr(header->data_begin);
  const std::size_t size = header->type.size;
  if (data.size() != size * TruthTable::kPairs)
    return fail("{}: {} bytes of data, expected {} for 256x256 elements of type {}", name, data.size(),
                size * TruthTable::kPairs, header->type.descr);

  std::vector<std::int32_t> products(TruthTable::kPairs);
  for (std::size_t x = 0; x < TruthTable::kSide; ++x)
    for (std::size_t w = 0; w < TruthTable::kSide; ++w) {
      const std::size_t at = header->fortran_order ? w * TruthTable::kSide + x : x * TruthTable::kSide + w;
      const auto value = element(data.substr(at * size, size), header->type);
      if (!value) return fail("{}: the product at [{}, {}] does not fit 32 bits with sign", name, x, w);
      products[x * TruthTable::kSide + w] = *value;
    }
  return TruthTable{std::move(products)};
}

Result<TruthTable> read_npy_table(const std::filesystem::path& path) {
  const auto content = read_text_file(path, kReadLimit);
  if (!content) return forward_error(content);
  return parse_npy_table(*content, path.string());
}

Result<void> write_npy_table(const std::filesystem::path& path, const TruthTable& table) {
  std::string dictionary = "{'descr': '<i4', 'fortran_order': False, 'shape': (256, 256), }";
  constexpr std::size_t kAlignment = 64;  // of the data; the header is padded with spaces and ends with a line feed
  const std::size_t unpadded = kMagic.size() + 4 + dictionary.size() + 1;
  dictionary.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  dictionary += '\n';

  std::string content{kMagic};
  content += {'\x01', '\x00', static_cast<char>(dictionary.size() & 0xff), static_cast<char>(dictionary.size() >> 8)};
  content += dictionary;
  for (const std::int32_t product : table.products())
    for (unsigned byte = 0; byte < 4; ++byte)
      content += static_cast<char>(static_cast<std::uint32_t>(product) >> (8 * byte) & 0xff);
  return write_file_atomically(path, content);
}

}  // namespace axvp
