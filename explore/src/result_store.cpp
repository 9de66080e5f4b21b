#include "axvp/explore/result_store.h"

#include <sqlite3.h>

#include "axvp/common/text.h"
#include "axvp/explore/design_space.h"

namespace axvp {
namespace {

constexpr const char* kSchemaVersion = "3";

std::string schema() {
  std::string columns;
  for (std::size_t a = 0; a < kAxes; ++a) {
    const auto axis = static_cast<Axis>(a);
    columns += fmt::format("{} {} NOT NULL, ", to_string(axis), has_names(axis) ? "TEXT" : "NUMERIC");
  }
  return "CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
         "CREATE TABLE IF NOT EXISTS result (network INTEGER NOT NULL, configuration INTEGER NOT NULL, " +
         columns +
         "status TEXT NOT NULL, array_cycles INTEGER NOT NULL, cycles INTEGER NOT NULL, latency_ms REAL NOT NULL, "
         "images_per_second REAL NOT NULL, energy_uj REAL NOT NULL, area_mm2 REAL NOT NULL, power_mw REAL NOT NULL, "
         "energy_delay_uj_ms REAL NOT NULL, "
         "top1_fraction REAL, PRIMARY KEY (network, configuration)) WITHOUT ROWID;";
}

}  // namespace

struct ResultStore::Database {
  std::string name;
  sqlite3* handle = nullptr;

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(handle); }

  [[nodiscard]] tl::unexpected<Error> error() const {
    if (sqlite3_errcode(handle) == SQLITE_BUSY) return fail("{}: another process is writing into it", name);
    return fail("{}: {}", name, sqlite3_errmsg(handle));
  }
  [[nodiscard]] Result<void> execute(const std::string& sql) const {
    if (sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error();
    return {};
  }
};

namespace {

/// A prepared statement, finalised at its end.
class Statement {
 public:
  Statement(sqlite3* database, const std::string& sql) {
    is_good_ = sqlite3_prepare_v2(database, sql.c_str(), -1, &handle_, nullptr) == SQLITE_OK;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] int step() { return sqlite3_step(handle_); }
  void reset() {
    sqlite3_reset(handle_);
    next_ = 1;
  }
  void bind(std::uint64_t value) { sqlite3_bind_int64(handle_, next_++, static_cast<sqlite3_int64>(value)); }
  void bind(double value) { sqlite3_bind_double(handle_, next_++, value); }
  void bind(const std::string& value) {
    sqlite3_bind_text(handle_, next_++, value.c_str(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }
  void bind_null() { sqlite3_bind_null(handle_, next_++); }
  [[nodiscard]] std::uint64_t whole(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(handle_, column));
  }
  [[nodiscard]] double number(int column) const { return sqlite3_column_double(handle_, column); }
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  [[nodiscard]] std::string text(int column) const {
    const unsigned char* bytes = sqlite3_column_text(handle_, column);
    return bytes == nullptr ? std::string{} : std::string{reinterpret_cast<const char*>(bytes)};
  }

 private:
  sqlite3_stmt* handle_ = nullptr;
  bool is_good_ = false;
  int next_ = 1;
};

void bind(Statement& insert, const ExploredResult& result, const std::vector<std::string>& parameters) {
  insert.bind(std::uint64_t{result.network});
  insert.bind(result.configuration);
  for (const std::string& parameter : parameters) insert.bind(parameter);
  insert.bind(result.status);
  insert.bind(result.array_cycles);
  insert.bind(result.cycles);
  for (const double number : {result.latency_ms, result.images_per_second, result.energy_uj, result.area_mm2,
                              result.power_mw, result.energy_delay_uj_ms})
    insert.bind(number);
  if (result.top1_fraction)
    insert.bind(*result.top1_fraction);
  else
    insert.bind_null();
}

}  // namespace

ResultStore::ResultStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
ResultStore::ResultStore(ResultStore&&) noexcept = default;
ResultStore& ResultStore::operator=(ResultStore&&) noexcept = default;
ResultStore::~ResultStore() = default;

Result<ResultStore> ResultStore::open(const std::filesystem::path& file, const std::string& sweep_sha256) {
  auto database = std::make_unique<Database>();
  database->name = file.string();
  if (sqlite3_open(file.c_str(), &database->handle) != SQLITE_OK) return database->error();
  constexpr int kBusyMilliseconds = 10000;
  sqlite3_busy_timeout(database->handle, kBusyMilliseconds);
  // A write-ahead log of one process: a commit survives the process without waiting for the disk, and no memory is
  // shared, so that the file may lie on a network's file system.
  if (auto made = database->execute(
          "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + schema());
      !made)
    return forward_error(made);
  for (const auto& [key, value] : {std::pair<std::string, std::string>{"schema_version", kSchemaVersion},
                                   std::pair<std::string, std::string>{"sweep_sha256", sweep_sha256}}) {
    Statement add{database->handle, "INSERT OR IGNORE INTO about VALUES (?, ?)"};
    if (!add.is_good()) return database->error();
    add.bind(key);
    add.bind(value);
    if (add.step() != SQLITE_DONE) return database->error();
    Statement get{database->handle, "SELECT value FROM about WHERE key = ?"};
    get.bind(key);
    if (get.step() != SQLITE_ROW) return database->error();
    if (get.text(0) != value)
      return fail("{}: holds the results of another sweep or version ({} = {}, not {}): choose another folder",
                  file.string(), key, get.text(0), value);
  }
  return ResultStore{std::move(database)};
}

Result<void> ResultStore::add(const std::vector<ExploredResult>& results,
                              const std::vector<std::vector<std::string>>& parameters) {
  if (auto begun = database_->execute("BEGIN IMMEDIATE"); !begun) return begun;
  std::string marks = "?";
  constexpr std::size_t kColumns = 2 + kAxes + 10;
  for (std::size_t i = 1; i < kColumns; ++i) marks += ",?";
  Statement insert{database_->handle, "INSERT OR REPLACE INTO result VALUES (" + marks + ")"};
  if (!insert.is_good()) return database_->error();
  for (std::size_t i = 0; i < results.size(); ++i) {
    bind(insert, results[i], parameters[i]);
    if (insert.step() != SQLITE_DONE) return database_->error();
    insert.reset();
  }
  return database_->execute("COMMIT");
}

Result<std::unordered_set<std::uint64_t>> ResultStore::configurations() const {
  std::unordered_set<std::uint64_t> found;
  Statement select{database_->handle, "SELECT configuration FROM result WHERE network = 0"};
  if (!select.is_good()) return database_->error();
  int step = 0;
  while ((step = select.step()) == SQLITE_ROW) found.insert(select.whole(0));
  if (step != SQLITE_DONE) return database_->error();
  return found;
}

Result<std::vector<ExploredResult>> ResultStore::all() const {
  std::vector<ExploredResult> results;
  Statement select{
      database_->handle,
      "SELECT network, configuration, status, array_cycles, cycles, latency_ms, images_per_second, energy_uj, "
      "area_mm2, power_mw, energy_delay_uj_ms, top1_fraction FROM result ORDER BY network, configuration"};
  if (!select.is_good()) return database_->error();
  int step = 0;
  while ((step = select.step()) == SQLITE_ROW) {
    ExploredResult r;
    r.network = static_cast<std::uint32_t>(select.whole(0));
    r.configuration = select.whole(1);
    r.status = select.text(2);
    r.array_cycles = select.whole(3);
    r.cycles = select.whole(4);
    r.latency_ms = select.number(5);
    r.images_per_second = select.number(6);
    r.energy_uj = select.number(7);
    r.area_mm2 = select.number(8);
    r.power_mw = select.number(9);
    r.energy_delay_uj_ms = select.number(10);
    if (!select.is_null(11)) r.top1_fraction = select.number(11);
    results.push_back(std::move(r));
  }
  if (step != SQLITE_DONE) return database_->error();
  return results;
}

}  // namespace axvp
