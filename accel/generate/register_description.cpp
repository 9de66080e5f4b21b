#include "axvp/accel/register_description.h"

#include <set>

#include "axvp/common/field_reader.h"

namespace axvp {
namespace {

constexpr std::int64_t kLastOffset = 0xFFC;

std::string pascal_case(const std::string& snake) {
  std::string result;
  bool upper = true;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
      continue;
    }
    result += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return result;
}

std::string upper_case(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// Marks the words of [offset, offset + bytes) as taken; an error if one was.
Result<void> take_words(std::set<std::uint32_t>& taken, const std::string& name, std::uint32_t offset,
                        std::uint32_t bytes) {
  if (offset % 4 != 0) return fail("{}: offset {:#x}, expected a multiple of 4", name, offset);
  for (std::uint32_t word = offset; word < offset + bytes; word += 4)
    if (!taken.insert(word).second) return fail("{}: offset {:#x} is taken", name, word);
  return {};
}

}  // namespace

Result<RegisterMapDescription> parse_register_map(std::string_view toml, const std::string& name) {
  const auto document = parse_toml(toml, name);
  if (!document) return forward_error(document);
  FieldReader root{*document};
  RegisterMapDescription map;
  for (FieldReader& table : root.tables("registers", true)) {
    RegisterDescription r;
    r.name = table.string("name");
    r.offset = static_cast<std::uint32_t>(table.integer("offset", {0, kLastOffset}));
    r.access = table.choice("access", {"ro", "rw", "w1c", "w1s"});
    r.reset = static_cast<std::uint32_t>(table.integer("reset", {0, 0xFFFFFFFF}));
    r.description = table.string("description");
    for (FieldReader& field : table.tables("fields"))
      r.fields.push_back({field.string("name"), static_cast<std::uint32_t>(field.integer("bit", {0, 31})),
                          static_cast<std::uint32_t>(field.integer("width", {1, 32})), field.string("description")});
    map.registers.push_back(std::move(r));
  }
  for (FieldReader& table : root.tables("counters"))
    map.counters.push_back({table.string("name"), static_cast<std::uint32_t>(table.integer("offset", {0, kLastOffset})),
                            static_cast<std::uint32_t>(table.integer("count", {1, 256})), table.string("description")});
  if (auto done = root.finish(); !done) return forward_error(done);
  std::set<std::uint32_t> taken;
  for (const auto& r : map.registers) {
    if (auto free = take_words(taken, r.name, r.offset, 4); !free) return forward_error(free);
    for (const auto& field : r.fields)
      if (field.bit + field.width > 32) return fail("{}: field {} goes beyond bit 31", r.name, field.name);
  }
  for (const auto& block : map.counters)
    if (auto free = take_words(taken, block.name, block.offset, 8 * block.count); !free) return forward_error(free);
  return map;
}

std::string register_header(const RegisterMapDescription& map) {
  std::string text =
      "// Generated from accel/register_map.toml by axvp_generate_registers; do not edit.\n"
      "#pragma once\n\n#include <array>\n#include <cstdint>\n\nnamespace axvp::registers {\n\n"
      "enum class Access { ReadOnly, ReadWrite, WriteOneToClear, WriteOneToStart };\n\n"
      "struct Register {\n  const char* name;\n  std::uint32_t offset;\n  Access access;\n  std::uint32_t reset;\n"
      "  std::uint32_t writable;  ///< Bits that a write can change or act on.\n};\n\n";
  for (const auto& r : map.registers) {
    text += fmt::format("inline constexpr std::uint32_t k{} = {:#05x};\n", pascal_case(r.name), r.offset);
    for (const auto& f : r.fields)
      text += fmt::format("inline constexpr std::uint32_t k{}{} = {:#x};\n", pascal_case(r.name), pascal_case(f.name),
                          ((1ull << f.width) - 1) << f.bit);
  }
  for (const auto& c : map.counters) {
    text += fmt::format("inline constexpr std::uint32_t k{}Counters = {:#05x};\n", pascal_case(c.name), c.offset);
    text += fmt::format("inline constexpr std::uint32_t k{}CounterCount = {};\n", pascal_case(c.name), c.count);
  }
  text += fmt::format("\ninline constexpr std::array<Register, {}> kRegisters{{{{\n", map.registers.size());
  for (const auto& r : map.registers) {
    std::uint32_t writable = 0;
    for (const auto& f : r.fields) writable |= (f.width == 32 ? 0xFFFFFFFFu : (1u << f.width) - 1u) << f.bit;
    if (r.fields.empty()) writable = 0xFFFFFFFFu;
    const char* access = "ReadWrite";
    if (r.access == "ro") {
      access = "ReadOnly";
      writable = 0;
    } else if (r.access == "w1c") {
      access = "WriteOneToClear";
    } else if (r.access == "w1s") {
      access = "WriteOneToStart";
    }
    text += fmt::format("    {{\"{}\", {:#05x}, Access::{}, {:#010x}, {:#010x}}},\n", r.name, r.offset, access, r.reset,
                        writable);
  }
  text += "}};\n\n}  // namespace axvp::registers\n";
  return text;
}

std::string register_document(const RegisterMapDescription& map) {
  std::string text =
      "# Register map\n\nGenerated from `accel/register_map.toml` by `axvp_generate_registers`; do not edit.\n\n"
      "Registers have 32 bits and lie at multiples of 4 bytes from the register file's base (0x1000_0000 on the "
      "platform's bus).\nAccesses are whole words or consecutive words, aligned to 4 bytes; byte enables are honoured. "
      "Access: `ro` read only (a write\nis answered with a command error), `rw`, `w1c` write one to clear, `w1s` write "
      "one to start an action (reads 0). An offset\nwithout a register is answered with an address error.\n\n"
      "| offset | register | access | reset | meaning |\n|---|---|---|---|---|\n";
  for (const auto& r : map.registers)
    text += fmt::format("| `{:#05x}` | `{}` | {} | `{:#010x}` | {} |\n", r.offset, upper_case(r.name), r.access,
                        r.reset, r.description);
  text += "\n## Fields\n\n| register | field | bits | meaning |\n|---|---|---|---|\n";
  for (const auto& r : map.registers)
    for (const auto& f : r.fields)
      text += fmt::format("| `{}` | `{}` | {} | {} |\n", upper_case(r.name), upper_case(f.name),
                          f.width == 1 ? fmt::format("{}", f.bit) : fmt::format("{}:{}", f.bit + f.width - 1, f.bit),
                          f.description);
  text +=
      "\n## Counters\n\n64 bits each, low word first. The words show what the last snapshot (CTRL.SNAPSHOT) copied, so "
      "that both words and all\ncounters belong to one moment; they read 0 before the first one.\n\n"
      "| offset | counters | number | meaning |\n|---|---|---|---|\n";
  for (const auto& c : map.counters)
    text += fmt::format("| `{:#05x}` | `{}` | {} | {} |\n", c.offset, upper_case(c.name), c.count, c.description);
  return text;
}

}  // namespace axvp
