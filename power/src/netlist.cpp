#include "axvp/power/netlist.h"

#include <algorithm>
#include <map>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/text.h"

namespace axvp {
namespace {

using nlohmann::json;

constexpr int kDeepest = 32;                 // modules within modules
constexpr std::size_t kMostParts = 100'000;  // modules that hold one another twice would double at every level

/// Flattens the modules of a Yosys netlist. The first error wins.
class Flattener {
 public:
  Flattener(const json& root, std::string name, std::shared_ptr<const LibertyLibrary> library)
      : root_(root), name_(std::move(name)) {
    netlist_.library = std::move(library);
  }

  Result<Netlist> read(const std::string& top) {
    netlist_.top = top;
    netlist_.parts = {""};
    const json* module = find_module(top);
    if (module == nullptr) return fail("{}: no module `{}`", name_, top);
    NetMap nets;
    read_ports(*module, nets);
    add_module(*module, "", 0, nets, 0);
    if (error_.empty()) resolve_aliases();
    if (error_.empty()) find_drivers();
    if (error_.empty()) find_clock();
    if (error_.empty()) levelise();
    if (!error_.empty()) return fail("{}: {}", name_, error_);
    return std::move(netlist_);
  }

 private:
  using NetMap = std::map<std::int64_t, NetId>;  ///< Bit number within a module -> net.

  void reject(const std::string& message) {
    if (error_.empty()) error_ = message;
  }

  /// The member of an object, or an empty object if there is none or it is no object.
  static const json& member(const json& object, const char* key) {
    static const json kEmpty = json::object();
    if (!object.is_object()) return kEmpty;
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : kEmpty;
  }

  static std::string text(const json& object, const char* key) {
    if (!object.is_object()) return "";
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
  }

  /// The bits of a port; an error and none if they are no list.
  const json& bits_of(const json& port, const std::string& where) {
    static const json kNoBits = json::array();
    if (!port.is_object()) return kNoBits;
    const auto found = port.find("bits");
    if (found == port.end()) return kNoBits;
    if (found->is_array()) return *found;
    reject(fmt::format("{} has bits that are no list", where));
    return kNoBits;
  }

  const json* find_module(const std::string& name) const {
    const json& modules = member(root_, "modules");
    const auto found = modules.find(name);
    return found != modules.end() && found->is_object() ? &*found : nullptr;
  }

  /// The net that stands for `net`: of those that are one, the lowest, so a constant where one is among them.
  NetId representative(NetId net) {
    while (aliases_.count(net) != 0) net = aliases_[net];
    return net;
  }

  /// Ports of an instance may make nets of the parent one and the same.
  void unite(NetId a, NetId b) {
    a = representative(a);
    b = representative(b);
    if (a != b) aliases_[std::max(a, b)] = std::min(a, b);
    if (a != b && std::max(a, b) == kOneNet) reject("the constants 0 and 1 are connected");
  }

  void resolve_aliases() {
    if (aliases_.empty()) return;
    for (auto& cell : netlist_.cells)
      for (NetId& net : cell.nets)
        if (net != kUnconnected) net = representative(net);
    for (auto& port : netlist_.ports)
      for (NetId& net : port.bits) net = representative(net);
  }

  NetId new_net() { return static_cast<NetId>(netlist_.nets++); }

  NetId net_of(const json& bit, NetMap& nets, const std::string& where) {
    if (bit.is_string()) {
      if (bit == "0") return kZeroNet;
      if (bit == "1") return kOneNet;
      reject(fmt::format("{} is undefined ({})", where, bit.dump()));
      return kZeroNet;
    }
    if (!bit.is_number_integer()) {
      reject(fmt::format("{} is {}, expected a bit number", where, bit.dump()));
      return kZeroNet;
    }
    const auto [found, is_new] = nets.try_emplace(bit.get<std::int64_t>(), 0);
    if (is_new) found->second = new_net();
    return found->second;
  }

  void read_ports(const json& module, NetMap& nets) {
    for (const auto& [name, port] : member(module, "ports").items()) {
      const std::string direction = text(port, "direction");
      if (direction != "input" && direction != "output")
        return reject(fmt::format("port {} has direction \"{}\", expected input or output", name, direction));
      NetlistPort result{name, direction == "input", {}};
      for (const json& bit : bits_of(port, "port " + name)) result.bits.push_back(net_of(bit, nets, "port " + name));
      netlist_.ports.push_back(std::move(result));
    }
  }

  void add_module(const json& module, const std::string& path, std::size_t part, NetMap& nets, int depth) {
    if (depth > kDeepest) return reject("modules are nested too deeply");
    for (const auto& [name, cell] : member(module, "cells").items()) {
      const std::string type = text(cell, "type");
      const std::string full_name = path + name;
      if (const auto* library_cell = netlist_.library->find_cell(type); library_cell != nullptr)
        add_cell(*library_cell, cell, full_name, part, nets);
      else if (const json* submodule = find_module(type); submodule != nullptr)
        add_instance(*submodule, cell, full_name, nets, depth);
      else if (type.find("LATCH") != std::string::npos)
        reject(fmt::format("cell {} is a latch (`{}`): something is not assigned in every case", full_name, type));
      else
        reject(fmt::format("cell {} is a `{}`, which the library {} does not have", full_name, type,
                           netlist_.library->name));
      if (!error_.empty()) return;
    }
  }

  /// The nets at the ports of an instance are those of the parent.
  void add_instance(const json& module, const json& cell, const std::string& name, NetMap& nets, int depth) {
    NetMap inner;
    const json& connections = member(cell, "connections");
    for (const auto& [port, description] : member(module, "ports").items()) {
      const json& bits = bits_of(description, fmt::format("{}.{}", name, port));
      const auto connected = connections.find(port);
      for (std::size_t i = 0; i < bits.size(); ++i) {
        const std::string where = fmt::format("{}.{}", name, port);
        const bool has_bit = connected != connections.end() && connected->is_array() && i < connected->size();
        const NetId net = has_bit ? net_of((*connected)[i], nets, where) : new_net();
        if (bits[i].is_string()) {  // a constant output
          unite(net, net_of(bits[i], inner, where));
          continue;
        }
        if (!bits[i].is_number_integer()) return reject(where + " is neither a net nor a constant");
        const auto [known, is_new] = inner.try_emplace(bits[i].get<std::int64_t>(), net);
        if (!is_new) unite(net, known->second);  // two outputs, or an input and an output, are one net
      }
    }
    if (netlist_.parts.size() == kMostParts)
      return reject(fmt::format("more than {} instances of modules", kMostParts));
    netlist_.parts.push_back(name);
    add_module(module, name + ".", netlist_.parts.size() - 1, inner, depth + 1);
  }

  void add_cell(const LibertyCell& type, const json& cell, const std::string& name, std::size_t part, NetMap& nets) {
    if (!type.unsupported.empty()) return reject(fmt::format("cell {} ({}) {}", name, type.name, type.unsupported));
    NetlistCell result{name, &type, std::vector<NetId>(type.pins.size(), kUnconnected), part};
    for (const auto& [pin, bits] : member(cell, "connections").items()) {
      const auto found =
          std::find_if(type.pins.begin(), type.pins.end(), [&, &p = pin](const auto& q) { return q.name == p; });
      if (found == type.pins.end())
        return reject(fmt::format("cell {} connects the pin {}, which {} does not have", name, pin, type.name));
      if (!bits.is_array() || bits.size() > 1)
        return reject(fmt::format("pin {} of cell {} has {} bits, expected one", pin, name, bits.size()));
      if (bits.empty()) continue;
      result.nets[static_cast<std::size_t>(found - type.pins.begin())] =
          net_of(bits[0], nets, fmt::format("pin {} of cell {}", pin, name));
    }
    for (std::size_t i = 0; i < type.pins.size(); ++i)
      if (type.pins[i].direction == PinDirection::Input && result.nets[i] == kUnconnected)
        return reject(fmt::format("pin {} of cell {} ({}) is not connected", type.pins[i].name, name, type.name));
    netlist_.cells.push_back(std::move(result));
  }

  std::string driver_name(std::int64_t driver) const {
    if (driver == kInput) return "an input port";
    return "cell " + netlist_.cells[static_cast<std::size_t>(driver)].name;
  }

  void drive(NetId net, std::int64_t driver) {
    auto& known = drivers_[static_cast<std::size_t>(net)];
    if (known == kConstant)
      reject(fmt::format("a constant net is driven by {}", driver_name(driver)));
    else if (known != kNone)
      reject(fmt::format("a net is driven by {} and by {}", driver_name(known), driver_name(driver)));
    known = driver;
  }

  void find_drivers() {
    drivers_.assign(netlist_.nets, kNone);
    drivers_[kZeroNet] = drivers_[kOneNet] = kConstant;
    for (const auto& port : netlist_.ports)
      if (port.is_input)
        for (const NetId bit : port.bits) drive(bit, kInput);
    for (std::size_t c = 0; c < netlist_.cells.size(); ++c) {
      const auto& cell = netlist_.cells[c];
      for (std::size_t p = 0; p < cell.nets.size(); ++p)
        if (cell.type->pins[p].direction == PinDirection::Output && cell.nets[p] != kUnconnected)
          drive(cell.nets[p], static_cast<std::int64_t>(c));
    }
    for (const auto& cell : netlist_.cells)
      for (std::size_t p = 0; p < cell.nets.size(); ++p)
        if (cell.type->pins[p].direction == PinDirection::Input)
          require_driver(cell.nets[p], "pin " + cell.type->pins[p].name + " of cell " + cell.name);
    for (const auto& port : netlist_.ports)
      if (!port.is_input)
        for (const NetId bit : port.bits) require_driver(bit, "port " + port.name);
  }

  void require_driver(NetId net, const std::string& what) {
    if (drivers_[static_cast<std::size_t>(net)] == kNone) reject(what + " has no driver");
  }

  void find_clock() {
    for (std::size_t c = 0; c < netlist_.cells.size(); ++c) {
      const auto& cell = netlist_.cells[c];
      if (!cell.type->flip_flop) continue;
      netlist_.flip_flops.push_back(c);
      const auto& pins = cell.type->flip_flop->clocked_on.pins();
      const LibertyPin* pin = pins.size() == 1 ? cell.type->find_pin(pins[0]) : nullptr;
      if (pin == nullptr)
        return reject(fmt::format("cell {} ({}) is clocked by more than one pin", cell.name, cell.type->name));
      const NetId net = cell.nets[static_cast<std::size_t>(pin - cell.type->pins.data())];
      if (drivers_[static_cast<std::size_t>(net)] != kInput)
        return reject(fmt::format("the clock of cell {} is not an input port", cell.name));
      if (netlist_.clock != kUnconnected && netlist_.clock != net)
        return reject(fmt::format("cell {} has another clock than the cells before it", cell.name));
      netlist_.clock = net;
    }
  }

  /// Kahn's algorithm: a cell is ready once all its input nets are known.
  void levelise() {
    std::vector<std::vector<std::size_t>> readers(netlist_.nets);
    std::vector<std::size_t> waiting_for(netlist_.cells.size(), 0);
    std::vector<std::size_t> ready;
    for (std::size_t c = 0; c < netlist_.cells.size(); ++c) {
      const auto& cell = netlist_.cells[c];
      if (cell.type->flip_flop) continue;
      for (std::size_t p = 0; p < cell.nets.size(); ++p) {
        if (cell.type->pins[p].direction != PinDirection::Input || !is_combinational(cell.nets[p])) continue;
        readers[static_cast<std::size_t>(cell.nets[p])].push_back(c);
        ++waiting_for[c];
      }
      if (waiting_for[c] == 0) ready.push_back(c);
    }
    for (std::size_t next = 0; next < ready.size(); ++next) {
      const auto& cell = netlist_.cells[ready[next]];
      for (std::size_t p = 0; p < cell.nets.size(); ++p) {
        if (cell.type->pins[p].direction != PinDirection::Output || cell.nets[p] == kUnconnected) continue;
        for (const std::size_t reader : readers[static_cast<std::size_t>(cell.nets[p])])
          if (--waiting_for[reader] == 0) ready.push_back(reader);
      }
    }
    for (std::size_t c = 0; c < netlist_.cells.size(); ++c)
      if (waiting_for[c] != 0) return reject("combinational loop through cell " + netlist_.cells[c].name);
    netlist_.combinational = std::move(ready);
  }

  bool is_combinational(NetId net) const {
    const std::int64_t driver = drivers_[static_cast<std::size_t>(net)];
    return driver >= 0 && !netlist_.cells[static_cast<std::size_t>(driver)].type->flip_flop;
  }

  static constexpr std::int64_t kNone = -1;
  static constexpr std::int64_t kInput = -2;
  static constexpr std::int64_t kConstant = -3;

  const json& root_;
  std::string name_;
  std::string error_;
  Netlist netlist_;
  std::vector<std::int64_t> drivers_;  ///< By net: a cell's index, or one of the constants above.
  std::map<NetId, NetId> aliases_;     ///< A net -> one that it is the same as, with a lower id.
};

}  // namespace

const NetlistPort* Netlist::find_port(std::string_view port) const {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const auto& p) { return p.name == port; });
  return found == ports.end() ? nullptr : &*found;
}

SquareMicrometres Netlist::area() const {
  SquareMicrometres total;
  for (const auto& cell : cells) total += cell.type->area;
  return total;
}

Result<Netlist> parse_netlist(std::string_view json, const std::string& name, const std::string& top,
                              std::shared_ptr<const LibertyLibrary> library) {
  const auto document = parse_json(json, name);
  if (!document) return forward_error(document);
  return Flattener{document->root, name, std::move(library)}.read(top);
}

Result<Netlist> load_netlist(const std::filesystem::path& path, const std::string& top,
                             std::shared_ptr<const LibertyLibrary> library) {
  const auto text = read_text_file(path, 1ull << 30);
  if (!text) return forward_error(text);
  return parse_netlist(*text, path.string(), top, std::move(library));
}

}  // namespace axvp
