#include "axvp/accel/register_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/accel/events.h"
#include "axvp/accel/register_description.h"
#include "axvp/common/file.h"
#include "project_folders.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

const char* const kSource = AXVP_SOURCE_DIR "/accel/register_map.toml";

RegisterMapDescription described() {
  const auto map = parse_register_map(*read_text_file(kSource), "register_map.toml");
  EXPECT_TRUE(map) << map.error().message;
  return *map;
}

TEST(RegisterMap, CommittedDocumentIsWhatTheGeneratorWrites) {
  EXPECT_EQ(*read_text_file(AXVP_SOURCE_DIR "/docs/register-map.md"), register_document(described()))
      << "regenerate: axvp_generate_registers document accel/register_map.toml docs/register-map.md";
}

TEST(RegisterMap, HeaderHoldsEveryRegister) {
  const auto map = described();
  ASSERT_EQ(map.registers.size(), registers::kRegisters.size());
  for (std::size_t i = 0; i < map.registers.size(); ++i) {
    EXPECT_EQ(map.registers[i].name, registers::kRegisters[i].name);
    EXPECT_EQ(map.registers[i].offset, registers::kRegisters[i].offset);
    EXPECT_EQ(map.registers[i].reset, registers::kRegisters[i].reset);
  }
  EXPECT_EQ(registers::kCtrl, 0x008u);
  EXPECT_EQ(registers::kCtrlReset, 2u);
  EXPECT_EQ(registers::kEventsCounterCount, kEvents);
}

TEST(RegisterMap, MistakesInTheSourceAreNamed) {
  const auto message = [](const std::string& toml) {
    const auto map = parse_register_map(toml, "map.toml");
    return map ? std::string{"accepted"} : map.error().message;
  };
  const std::string head = "[[registers]]\nname = \"a\"\noffset = 0\naccess = \"ro\"\nreset = 0\ndescription = \"\"\n";
  EXPECT_EQ(message(head), "accepted");
  EXPECT_THAT(message(head + head), HasSubstr("offset 0x0 is taken"));
  EXPECT_THAT(message("[[registers]]\nname = \"a\"\noffset = 2\naccess = \"ro\"\nreset = 0\ndescription = \"\"\n"),
              HasSubstr("multiple of 4"));
  EXPECT_THAT(message(head + "fields = [{ name = \"f\", bit = 30, width = 4, description = \"\" }]\n"),
              HasSubstr("beyond bit 31"));
  EXPECT_THAT(message("[[registers]]\nname = \"a\"\noffset = 0\naccess = \"wr\"\nreset = 0\ndescription = \"\"\n"),
              HasSubstr("rw"));
}

}  // namespace
}  // namespace axvp
