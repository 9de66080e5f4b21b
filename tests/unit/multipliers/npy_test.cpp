#include "axvp/multipliers/npy.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "axvp/common/file.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

/// Asymmetric and with both signs, so that a transposed or unsigned reading shows.
std::int32_t sample(int x, int w) {
  return 100 * x - 3 * w;
}

TruthTable sample_table() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return sample(x, w); });
}

/// A .npy file as numpy writes it, put together byte by byte.
std::string npy(const std::string& dictionary, const std::string& data) {
  std::string header = dictionary;
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string file = "\x93NUMPY";
  file += std::string{"\x01\x00", 2};
  file += static_cast<char>(header.size());  // below 256 here
  file += '\0';
  return file + header + data;
}

std::string dictionary(const std::string& descr, const std::string& order = "False",
                       const std::string& shape = "(256, 256)") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

std::string elements(int bytes, bool column_major = false, std::int32_t (*value)(int, int) = sample) {
  std::string data;
  for (int i = 0; i < 256; ++i)
    for (int j = 0; j < 256; ++j) {
      const std::int64_t v = column_major ? value(j, i) : value(i, j);
      for (int b = 0; b < bytes; ++b) data += static_cast<char>((v >> (8 * b)) & 0xff);
    }
  return data;
}

std::string message(const std::string& content) {
  const auto table = parse_npy_table(content, "t.npy");
  return table ? "read" : table.error().message;
}

TEST(Npy, ReadsWhatNumpyWrites) {
  EXPECT_EQ(*parse_npy_table(npy(dictionary("<i4"), elements(4)), "t"), sample_table());
  EXPECT_EQ(*parse_npy_table(npy(dictionary("<i8"), elements(8)), "t"), sample_table());
  EXPECT_EQ(*parse_npy_table(npy(dictionary("<i2"), elements(2)), "t"), sample_table());
  EXPECT_EQ(*parse_npy_table(npy(dictionary("<i4", "True"), elements(4, true)), "t"), sample_table());
}

TEST(Npy, ReadsUnsignedElements) {
  const auto product = [](int x, int w) { return x * w; };
  const auto table = parse_npy_table(npy(dictionary("<u2"), elements(2, false, product)), "t");
  ASSERT_TRUE(table);
  EXPECT_EQ((*table)(255, 255), 65025);
}

TEST(Npy, ReadsFormatVersionTwo) {
  std::string file = npy(dictionary("<i4"), elements(4));
  file[6] = '\x02';
  file.insert(10, 2, '\0');  // the header's length has four bytes
  EXPECT_EQ(*parse_npy_table(file, "t"), sample_table());
}

TEST(Npy, WrittenFileIsNumpysByteForByte) {
  const auto path = std::filesystem::path{::testing::TempDir()} / "axvp_npy_test" / "table.npy";
  ASSERT_TRUE(write_npy_table(path, sample_table()));
  EXPECT_EQ(*read_text_file(path), npy(dictionary("<i4"), elements(4)));
  EXPECT_EQ(*read_npy_table(path), sample_table());
  std::filesystem::remove_all(path.parent_path());
}

TEST(Npy, RefusesOtherFiles) {
  EXPECT_THAT(message(""), HasSubstr("t.npy: not a .npy file"));
  EXPECT_THAT(message("PK\x03\x04 an archive"), HasSubstr("not a .npy file"));
  EXPECT_FALSE(read_npy_table("/no/such/table.npy"));
}

TEST(Npy, RefusesTruncatedFiles) {
  const std::string file = npy(dictionary("<i4"), elements(4));
  EXPECT_THAT(message(file.substr(0, 8)), HasSubstr("truncated: 8 bytes"));
  EXPECT_THAT(message(file.substr(0, 60)), HasSubstr("truncated: 60 bytes"));
  EXPECT_THAT(message(file.substr(0, file.size() - 1)), HasSubstr("262143 bytes of data, expected 262144"));
  EXPECT_THAT(message(file + "x"), HasSubstr("262145 bytes of data, expected 262144"));
  EXPECT_THAT(message(file.substr(0, 128)), HasSubstr("0 bytes of data"));
}

TEST(Npy, RefusesOtherTypesAndShapes) {
  EXPECT_THAT(message(npy(dictionary("<f4"), elements(4))), HasSubstr("element type '<f4', expected little-endian"));
  EXPECT_THAT(message(npy(dictionary(">i4"), elements(4))), HasSubstr("element type '>i4'"));
  EXPECT_THAT(message(npy(dictionary("<i4", "False", "(128, 512)"), elements(4))), HasSubstr("shape (128, 512)"));
  EXPECT_THAT(message(npy(dictionary("<i4", "False", "(65536,)"), elements(4))), HasSubstr("expected (256, 256)"));
  EXPECT_THAT(message(npy("{'descr': '<i4', }", elements(4))),
              HasSubstr("lacks a plain descr, fortran_order or shape"));
  EXPECT_THAT(message("\x93NUMPY" + std::string{"\x01\x00\xff\xff", 4} + std::string(70000, ' ')),
              HasSubstr("a header of 65535 bytes"));
  std::string file = npy(dictionary("<i4"), elements(4));
  file[6] = '\x09';
  EXPECT_THAT(message(file), HasSubstr("format version 9.0"));
}

TEST(Npy, RefusesProductsBeyondThirtyTwoBits) {
  std::string data = elements(8);
  data[8 * (256 * 2 + 7) + 5] = '\x01';
  EXPECT_THAT(message(npy(dictionary("<i8"), data)), HasSubstr("the product at [2, 7] does not fit 32 bits"));
  EXPECT_THAT(message(npy(dictionary("<u4"), elements(4))), HasSubstr("does not fit")) << "negative read as unsigned";
}

}  // namespace
}  // namespace axvp
