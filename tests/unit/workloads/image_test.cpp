// Decoding and resizing against Pillow; tests/golden/images/README.md says how the files and hashes were made.
#include "axvp/workloads/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "project_folders.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

std::string hash_of(const Image& image) {
  return sha256({reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()});
}

std::string file(const std::string& name) {
  const auto bytes = read_text_file(std::filesystem::path(AXVP_SOURCE_DIR) / "tests/golden/images" / name);
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes.value_or("");
}

Image pattern() {
  Image image{13, 22, {}, 4};
  for (int y = 0; y < 13; ++y)
    for (int x = 0; x < 22; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<std::uint8_t>(37 * x + 61 * y + 97 * c + 13 * x * y));
  return image;
}

struct Stored {
  const char* name;
  const char* sha256;
};

class EveryImageFile : public ::testing::TestWithParam<Stored> {};

TEST_P(EveryImageFile, DecodesToPillowsBytes) {
  const auto image = decode_image(file(GetParam().name), GetParam().name);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->height, 13);
  EXPECT_EQ(image->width, 22);
  EXPECT_EQ(hash_of(*image), GetParam().sha256);
}

INSTANTIATE_TEST_SUITE_P(
    Golden, EveryImageFile,
    ::testing::Values(Stored{"colour_420.jpg", "b664786d53f747a56159461a58677b54fcf0cb6d1d447120b288b7e12c563330"},
                      Stored{"progressive.jpg", "bc2277a4344afc55098d97a77bdacad6047b453a65873f93631da49a9c41c3b0"},
                      Stored{"grey.jpg", "84280ebd8656841ca18aa5db4a9aa53544db02c59496e5566f7d82170ec38376"},
                      Stored{"palette.png", "f704c64197d407a38a63ed9472001fe1f3a545a54bc3390190ff338330c585bc"},
                      Stored{"alpha.png", "a38c860e9370f6f9c246ac45e6fe6d5a8a972d1892ba46fb2287110a3e2ee8a8"},
                      Stored{"grey_alpha.png", "ecde4cf4c8071acd80dc9c281c05905fbe12cded8e59d0d3ed8a4a6b8ec61202"},
                      Stored{"grey.png", "ecde4cf4c8071acd80dc9c281c05905fbe12cded8e59d0d3ed8a4a6b8ec61202"},
                      Stored{"grey16.png", "ecde4cf4c8071acd80dc9c281c05905fbe12cded8e59d0d3ed8a4a6b8ec61202"}),
    [](const auto& c) {
      std::string name = c.param.name;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

struct Resized {
  int width, height;
  const char* sha256;
};

class EverySize : public ::testing::TestWithParam<Resized> {};

TEST_P(EverySize, ResizesToPillowsBytes) {
  const Image image = resize_bilinear(pattern(), GetParam().height, GetParam().width);
  EXPECT_EQ(image.height, GetParam().height);
  EXPECT_EQ(image.width, GetParam().width);
  EXPECT_EQ(image.label, 4);
  EXPECT_EQ(hash_of(image), GetParam().sha256);
}

INSTANTIATE_TEST_SUITE_P(
    Golden, EverySize,
    ::testing::Values(Resized{22, 13, "a38c860e9370f6f9c246ac45e6fe6d5a8a972d1892ba46fb2287110a3e2ee8a8"},
                      Resized{44, 26, "9806330b516bfbd181ed818f032884a6b1f06122af13d499d31976b9296c04c4"},
                      Resized{23, 13, "7325ab54c40ce369542137c6713782d12c40631c7aff8f85d31917ba2e233962"},
                      Resized{22, 12, "4f6d21d8575bbdc87d420b4ec27e46cf40ca4a7c6acd8e4223bb5b42f93a53e2"},
                      Resized{11, 7, "0f6cad07b39c31c1c1e86fde63e11c934d893b58d68b25ba562cd6b611e0dec5"},
                      Resized{224, 224, "b18036ca70f6a158843d8300896cf97242ce776f75c693811613db678c4fba9c"},
                      Resized{1, 1, "3f8087698ef727f567117c5f2fdc2e50d6fb921c29e7864de9163b2348fa944b"},
                      Resized{5, 40, "5914bbcc7cfccfba314d8c0cad66cee7cbd837381265b38f233d82d191b28f37"},
                      Resized{64, 3, "44240334a618a88c45355a90862cfbf95aacf3aab3db926fc50dcc3a4c362a1d"},
                      Resized{2, 13, "953c42647c6df6f46fbba1cd52d53aa00b61553faf15c8612727c10a066a0955"}),
    [](const auto& c) { return std::to_string(c.param.width) + "x" + std::to_string(c.param.height); });

TEST(FitImageTest, ShorterSideIsScaledAndTheCentreCutOut) {
  const auto image = fit_image(pattern(), {8, 9, 10});
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->height, 8);
  EXPECT_EQ(image->width, 9);
  EXPECT_EQ(hash_of(*image), "c6ee0a51a146852db74d7be9698daee877226b2947e183ad1411e46e411ac257");
}

TEST(FitImageTest, RefusesACentreLargerThanTheImage) {
  EXPECT_THAT(fit_image(pattern(), {11, 9, 10}).error().message, HasSubstr("11x9 does not fit into 10x16"));
}

TEST(FitImageTest, RefusesToGrowWithoutBound) {
  Image line{1, 20000, std::vector<std::uint8_t>(60000), 0};
  EXPECT_THAT(fit_image(std::move(line), {224, 224, 256}).error().message, HasSubstr("256x5120000 pixels"));
}

void expect_refused(const std::string& bytes, const std::string& message) {
  const auto image = decode_image(bytes, "some.jpg");
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().message, HasSubstr("some.jpg: "));
  EXPECT_THAT(image.error().message, HasSubstr(message));
}

TEST(BadImageTest, OtherFormats) {
  expect_refused("", "neither a JPEG nor a PNG file");
  expect_refused("GIF89a", "neither a JPEG nor a PNG file");
}

TEST(BadImageTest, Cmyk) {
  expect_refused(file("cmyk.jpg"), "4 components");
}

TEST(BadImageTest, EveryTruncatedFile) {
  for (const char* name : {"colour_420.jpg", "progressive.jpg", "alpha.png", "palette.png"}) {
    const std::string whole = file(name);
    for (std::size_t size = 8; size + 2 < whole.size(); size += 7)
      EXPECT_FALSE(decode_image(whole.substr(0, size), name)) << name << ", " << size << " of " << whole.size();
  }
}

TEST(BadImageTest, DamagedBytesNeverCrash) {
  for (const char* name : {"colour_420.jpg", "progressive.jpg", "alpha.png", "palette.png", "grey16.png"})
    for (std::size_t i = 2; i < file(name).size(); ++i)
      for (const int change : {0x01, 0x80, 0xFF}) {
        std::string bytes = file(name);
        bytes[i] = static_cast<char>(bytes[i] ^ change);
        const auto image = decode_image(bytes, name);
        if (!image) continue;
        EXPECT_EQ(image->pixels.size(), std::size_t(3) * std::size_t(image->height) * std::size_t(image->width));
      }
}

TEST(BadImageTest, SizesBeyondTheLimitAreRefusedBeforeAllocating) {
  std::string jpeg = file("grey.jpg");
  const std::size_t frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  for (std::size_t i = 5; i < 9; ++i) jpeg[frame + i] = '\xFE';  // height and width: 65,278
  expect_refused(jpeg, "65278x65278 pixels, expected 1 to 67108864");
}

}  // namespace
}  // namespace axvp
