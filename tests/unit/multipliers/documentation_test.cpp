#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "axvp/common/file.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "project_folders.h"

namespace axvp {
namespace {

std::string table_row(const Selectable& s) {
  const ErrorMetrics m = error_metrics(s.table, s.encoding);
  return fmt::format("| `{}` | {:.2f} | {:.2f} | {:.2f} | {} | {:.2f} | {:.2f} |\n", s.id, m.mae, m.mean, m.std, m.wce,
                     100 * m.ep, 100 * m.mre);
}

TEST(MultiplierDocumentation, HoldsTheErrorsOfEverySelectableInOrder) {
  const auto page = read_text_file(std::filesystem::path{AXVP_SOURCE_DIR} / "docs/multipliers.md");
  ASSERT_TRUE(page) << page.error().message;
  std::string expected = "| selectable | MAE | mean | std | WCE | EP % | MRE % |\n|---|---|---|---|---|---|---|\n";
  for (const Selectable& s : Catalogue::built_in().selectables()) expected += table_row(s);
  EXPECT_THAT(*page, ::testing::HasSubstr(expected + "\n"));
}

}  // namespace
}  // namespace axvp
