// axvp_generate_array_mutants LIST RTL FOLDER: writes the sources that LIST names, with all its mutants behind the
// selector ax_mutant::number (0: none), into FOLDER, and there mutants.inc, the list as C++.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Mutant {
  int number = 0;
  std::string kind, expression;
};

/// One expression of a source and what may stand in its place.
struct Place {
  std::string before, original, after;  ///< Text around it, and the expression itself.
  bool is_signed = false;
  std::vector<Mutant> mutants;
};

using Places = std::map<std::string, std::vector<Place>>;  ///< By source.

[[noreturn]] void complain(const std::string& what) {
  throw std::runtime_error(what);
}

std::string read(const std::string& path) {
  std::ifstream file{path};
  if (!file) complain(path + ": cannot open");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  if (!(file << text)) complain(path + ": cannot write");
}

Place parse_place(std::string line) {
  Place place;
  const std::string mark = "signed ";
  place.is_signed = line.compare(0, mark.size(), mark) == 0;
  if (place.is_signed) line.erase(0, mark.size());
  const std::size_t first = line.find("@@");
  const std::size_t second = first == std::string::npos ? first : line.find("@@", first + 2);
  if (second == std::string::npos) complain("no @@expression@@ in: " + line);
  place.before = line.substr(0, first);
  place.original = line.substr(first + 2, second - first - 2);
  place.after = line.substr(second + 2);
  return place;
}

Places parse(const std::string& text) {
  Places places;
  std::string source, line;
  int number = 0;
  for (std::istringstream lines{text}; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      source = line.substr(1, line.find(']') - 1);
    } else if (line.compare(0, 2, "  ") != 0) {
      places[source].push_back(parse_place(line));
    } else {
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos || places[source].empty()) complain("not `kind: expression`: " + line);
      places[source].back().mutants.push_back({++number, line.substr(2, colon - 2), line.substr(colon + 2)});
    }
  }
  return places;
}

std::string choice(const Place& place) {
  const auto wrapped = [&](const std::string& e) { return (place.is_signed ? "$signed(" : "(") + e + ")"; };
  std::string text;
  for (const Mutant& m : place.mutants)
    text += "ax_mutant::number == 16'd" + std::to_string(m.number) + " ? " + wrapped(m.expression) + " : ";
  return "(" + text + wrapped(place.original) + ")";
}

std::string instrument(const std::string& source, const std::string& text, const std::vector<Place>& places) {
  struct Edit {
    std::size_t begin, size;
    std::string text;
  };
  std::vector<Edit> edits;
  for (const Place& place : places) {
    const std::string pattern = place.before + place.original + place.after;
    const std::size_t at = text.find(pattern);
    if (at == std::string::npos) complain(source + ": does not occur: " + pattern);
    if (text.find(pattern, at + 1) != std::string::npos) complain(source + ": occurs more than once: " + pattern);
    edits.push_back({at + place.before.size(), place.original.size(), choice(place)});
  }
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string result;
  std::size_t end = 0;
  for (const Edit& edit : edits) {
    if (edit.begin < end) complain(source + ": two places overlap");
    result += text.substr(end, edit.begin - end) + edit.text;
    end = edit.begin + edit.size;
  }
  return result + text.substr(end);
}

std::string raw(const std::string& text) {
  return "R\"(" + text + ")\"";
}

void generate(const std::string& list, const std::string& rtl, const std::string& folder) {
  std::map<int, std::string> rows;
  for (const auto& [source, places] : parse(read(list))) {
    const std::string name = source.substr(source.rfind('/') + 1);
    write(folder + "/" + name, instrument(source, read(rtl + "/" + source), places));
    for (const Place& place : places)
      for (const Mutant& m : place.mutants)
        rows[m.number] =
            "{" + raw(source) + ", " + raw(m.kind) + ", " + raw(place.original) + ", " + raw(m.expression) + "},\n";
  }
  std::string table;
  for (const auto& [number, row] : rows) table += row;
  write(folder + "/mutants.inc", table);
  write(folder + "/ax_mutant.sv",
        "// Which mutant there is; 0: none.\npackage ax_mutant;\n"
        "  logic [15:0] number /*verilator public_flat_rw*/;\nendpackage\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: axvp_generate_array_mutants LIST RTL FOLDER\n";
    return 2;
  }
  try {
    generate(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::cerr << "axvp_generate_array_mutants: " << error.what() << '\n';
    return 2;
  }
  return 0;
}
