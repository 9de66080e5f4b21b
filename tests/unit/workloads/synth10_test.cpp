#include "axvp/workloads/synth10.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "axvp/common/hash.h"

namespace axvp {
namespace {

std::string bytes_of(const Image& image) {
  return {image.pixels.begin(), image.pixels.end()};
}

TEST(Synth10Test, ImageDependsOnSplitAndIndexAlone) {
  const Dataset whole = synth10(Synth10Split::Validation);
  const Dataset few = synth10(Synth10Split::Validation, 7);
  ASSERT_EQ(few.images.size(), 7u);
  for (std::size_t i = 7; i-- > 0;) {
    const Image alone = synth10_image(Synth10Split::Validation, i);
    EXPECT_EQ(alone.pixels, whole.images[i].pixels) << i;
    EXPECT_EQ(alone.pixels, few.images[i].pixels) << i;
    EXPECT_EQ(alone.label, whole.images[i].label) << i;
  }
}

TEST(Synth10Test, EveryTenImagesHoldEachClassOnce) {
  const Dataset data = synth10(Synth10Split::Test);
  ASSERT_EQ(data.images.size(), kSynth10TestImages);
  EXPECT_EQ(data.classes, 10);
  for (std::size_t i = 0; i < data.images.size(); i += 10) {
    std::set<int> labels;
    for (std::size_t k = i; k < i + 10; ++k) labels.insert(data.images[k].label);
    EXPECT_EQ(labels, (std::set<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})) << "images from " << i;
  }
}

TEST(Synth10Test, NoImageOccursTwiceInOrAcrossSplits) {
  std::set<std::string> seen;
  std::size_t images = 0;
  for (const Synth10Split split : {Synth10Split::Train, Synth10Split::Validation, Synth10Split::Test})
    for (const Image& image : synth10(split, 2000).images) {
      EXPECT_EQ(image.height, 32);
      EXPECT_EQ(image.width, 32);
      ASSERT_EQ(image.pixels.size(), 32u * 32u * 3u);
      seen.insert(bytes_of(image));
      ++images;
    }
  EXPECT_EQ(seen.size(), images);
}

// Accuracies are only comparable on the same bytes. The hashes are of the generator's own output, the same from g++ 12
// at -O0 and -O3 and from clang 14 with -ffast-math. Who changes an image raises kGeneratorVersion, trains the embedded
// networks again and says so in the changelog.
TEST(Synth10Test, ImagesAreTheCommittedBytes) {
  const std::pair<Synth10Split, const char*> expected[] = {
      {Synth10Split::Train, "71286e02dd4bc5879a5e0ced2c1825fd2e44386620f6164fc93e747bc3a40874"},
      {Synth10Split::Validation, "27861f0a5423afd969d6d9db5843a959d78277ddc96f68f38e9db7d34a7eb6f7"},
      {Synth10Split::Test, "04571ee01ceca54979cc8ae08992750a13ed29ef7a0f87d09469f2480ad6e284"}};
  for (const auto& [split, hash] : expected) {
    std::string bytes;
    for (const Image& image : synth10(split, 500).images) bytes += static_cast<char>(image.label) + bytes_of(image);
    EXPECT_EQ(sha256(bytes), hash) << static_cast<int>(split);
  }
}

TEST(Synth10Test, NameAndHashTellSplitAndCountApart) {
  const Dataset test = synth10(Synth10Split::Test, 10);
  EXPECT_EQ(test.name, "synth10:test");
  EXPECT_EQ(test.sha256.size(), 64u);
  EXPECT_EQ(test.sha256, synth10(Synth10Split::Test, 10).sha256);
  EXPECT_NE(test.sha256, synth10(Synth10Split::Test, 20).sha256);
  EXPECT_NE(test.sha256, synth10(Synth10Split::Train, 10).sha256);
}

}  // namespace
}  // namespace axvp
