// Every kind of wrong input ends with one clear message, exit code 2 and nothing half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "axvp/common/file.h"
#include "program_runner.h"
#include "project_folders.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using testing::FileSizeLimit;
using testing::run_axvp;

class BadInput : public testing::TemporaryFolder {
 protected:
  /// A configuration that would run: two images, then what the case adds or replaces.
  std::string config(const std::string& extra, const std::string& points = kPoint,
                     const std::string& workload = "") const {
    return file("run.toml", "[workload]\nimages = 2\ncalibration_images = 4\n" + workload + "\n[tuning]\nimages = 4\n" +
                                points + "\n" + extra + "\n");
  }

  /// Runs a simulation that must be refused with `message`.
  void refuse(const std::string& arguments, const std::string& message) const {
    const auto outcome = run_axvp("simulate --out " + path("out") + " " + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments << "\n" << outcome.output << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(message));
    EXPECT_THAT(outcome.errors, StartsWith("axvp: "));
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << "one message:\n" << outcome.errors;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out" / "result.json")) << "a refused run leaves no result";
  }
  void refuse_config(const std::string& file_name, const std::string& message) const {
    refuse("--config " + file_name, message);
  }

  /// The embedded network's file with one thing changed.
  template <class Change>
  std::string network(Change&& change) const {
    const auto bytes =
        read_text_file(std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks/resnet8_synth10.onnx");
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(bytes.value()));
    change(*model.mutable_graph());
    return file("net.onnx", model.SerializeAsString());
  }
  void refuse_network_with(const std::string& network_file, const std::string& config_file,
                           const std::string& message) const {
    refuse("--config " + config_file + " --network " + network_file, message);
  }
  void refuse_network(const std::string& network_file, const std::string& message) const {
    refuse_network_with(network_file, config(""), message);
  }

  /// A version 1.0 .npy file of int32 with the given shape text.
  void write_npy(const std::string& name, const std::vector<std::int32_t>& values, const std::string& shape) const {
    std::string header = "{'descr': '<i4', 'fortran_order': False, 'shape': " + shape + ", }";
    header.resize((10 + header.size() + 64) / 64 * 64 - 10 - 1, ' ');
    header += '\n';
    std::string content = std::string("\x93NUMPY\x01\x00", 8);
    content += static_cast<char>(header.size() & 255);
    content += static_cast<char>(header.size() >> 8);
    content += header;
    content.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int32_t));
    file(name, content);
  }

  static constexpr const char* kPoint = "[[operating_point]]\nname = \"exact\"\nmultiplier = \"dadda-exact\"\n";
};

onnx::NodeProto* first_of(onnx::GraphProto& graph, const std::string& operator_name) {
  for (auto& node : *graph.mutable_node())
    if (node.op_type() == operator_name) return &node;
  ADD_FAILURE() << "no " << operator_name;
  return graph.mutable_node(0);
}

onnx::TensorProto* weights_of(onnx::GraphProto& graph) {
  const std::string name = first_of(graph, "Conv")->input(1);
  for (auto& tensor : *graph.mutable_initializer())
    if (tensor.name() == name) return &tensor;
  ADD_FAILURE() << "no weights";
  return graph.mutable_initializer(0);
}

TEST_F(BadInput, CommandLine) {
  EXPECT_EQ(run_axvp("").exit_code, 2);
  const auto slip = run_axvp("simulat");
  EXPECT_EQ(slip.exit_code, 2);
  EXPECT_EQ(slip.errors, "axvp: axvp has no subcommand `simulat`, did you mean `simulate`?\n");
  const auto nested = run_axvp("multipliers lst");
  EXPECT_EQ(nested.exit_code, 2);
  EXPECT_EQ(nested.errors, "axvp: axvp multipliers has no subcommand `lst`, did you mean `list`?\n");
  const auto option = run_axvp("simulate --no-such-option");
  EXPECT_EQ(option.exit_code, 2);
  EXPECT_THAT(option.errors, HasSubstr("--no-such-option"));
  EXPECT_EQ(std::count(option.errors.begin(), option.errors.end(), '\n'), 1) << option.errors;
  EXPECT_EQ(run_axvp("simulate --images -5").exit_code, 2);
  EXPECT_EQ(run_axvp("simulate --images 99999999999999999999999").exit_code, 2);
  EXPECT_EQ(run_axvp("evaluate --threads -1").exit_code, 2);
  EXPECT_EQ(run_axvp("evaluate --threads 1000000").exit_code, 2);
  EXPECT_EQ(run_axvp("--help").exit_code, 0);
  EXPECT_EQ(run_axvp("simulate --help").exit_code, 0);
}

TEST_F(BadInput, MissingFiles) {
  refuse("--config " + path("none.toml"), "no such file");
  refuse("--network " + path("none.onnx"), "no such file");
  refuse("--network resnet9_synth10", "resnet8_synth10");
  refuse("--config " + config("") + " --data cifar10:" + path("none.bin"), "no such file");
}

TEST_F(BadInput, NetworkFiles) {
  const auto bytes =
      read_text_file(std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks/resnet8_synth10.onnx").value();
  refuse_network(file("cut.onnx", bytes.substr(0, bytes.size() / 2)), "cut");
  refuse_network(file("text.onnx", "this is no network"), "ONNX");
  refuse_network(file("empty.onnx", ""), "empty");
}

TEST_F(BadInput, UnsupportedOperator) {
  refuse_network(network([](onnx::GraphProto& g) { first_of(g, "Relu")->set_op_type("Erf"); }), "Erf");
}

TEST_F(BadInput, OpenInputSize) {
  refuse_network(network([](onnx::GraphProto& g) {
                   auto* shape = g.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
                   shape->mutable_dim(2)->set_dim_param("height");
                   shape->mutable_dim(3)->set_dim_param("width");
                 }),
                 "leaves its input height open");
}

TEST_F(BadInput, NanWeights) {
  refuse_network(network([](onnx::GraphProto& g) {
                   auto* weights = weights_of(g);
                   const float nan = std::numeric_limits<float>::quiet_NaN();
                   if (weights->has_raw_data())
                     weights->mutable_raw_data()->replace(0, 4, reinterpret_cast<const char*>(&nan), 4);
                   else
                     weights->set_float_data(0, nan);
                 }),
                 "holds nan");
}

TEST_F(BadInput, MissingInitialiser) {
  refuse_network(network([](onnx::GraphProto& g) { weights_of(g)->set_name("elsewhere"); }), "initiali");
}

TEST_F(BadInput, DanglingInput) {
  refuse_network(network([](onnx::GraphProto& g) { first_of(g, "Relu")->set_input(0, "nowhere"); }), "nowhere");
}

TEST_F(BadInput, CyclicGraph) {
  refuse_network(network([](onnx::GraphProto& g) {
                   auto* relu = first_of(g, "Relu");
                   relu->set_input(0, relu->output(0));
                 }),
                 "cycl");
}

TEST_F(BadInput, AccumulatorOverflow) {
  // 65,536 inputs of a classifier times 65,535, the largest product of an unsigned 8x8 table, exceed 2^31 - 1.
  onnx::ModelProto model;
  model.set_ir_version(7);
  model.add_opset_import()->set_version(13);
  auto* graph = model.mutable_graph();
  const auto value = [](onnx::ValueInfoProto* info, const std::string& name, const std::vector<int>& dims) {
    info->set_name(name);
    auto* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    for (const int dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
  };
  const auto tensor = [graph](const std::string& name, const std::vector<int>& dims) {
    auto* t = graph->add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::FLOAT);
    int size = 1;
    for (const int dim : dims) {
      t->add_dims(dim);
      size *= dim;
    }
    for (int i = 0; i < size; ++i) t->add_float_data(static_cast<float>(i % 7) - 2.5F);
  };
  const auto node = [graph](const std::string& op, const std::vector<std::string>& inputs, const std::string& output) {
    auto* n = graph->add_node();
    n->set_op_type(op);
    n->set_name(output);
    for (const auto& input : inputs) n->add_input(input);
    n->add_output(output);
    return n;
  };
  value(graph->add_input(), "input", {1, 3, 32, 32});
  value(graph->add_output(), "logits", {1, 10});
  tensor("w1", {64, 3, 1, 1});
  tensor("w2", {10, 65536});
  node("Conv", {"input", "w1"}, "conv");
  node("Relu", {"conv"}, "relu");
  node("Flatten", {"relu"}, "flat");
  auto* transpose = node("Gemm", {"flat", "w2"}, "logits")->add_attribute();
  transpose->set_name("transB");
  transpose->set_type(onnx::AttributeProto::INT);
  transpose->set_i(1);

  write_npy("ones.npy", std::vector<std::int32_t>(65536, 65535), "(256, 256)");
  const std::string point = "[[operating_point]]\nname = \"loud\"\nmultiplier = \"loud\"\n";
  refuse_network_with(file("wide.onnx", model.SerializeAsString()),
                      config("[[multiplier]]\nid = \"loud\"\ntable = \"ones.npy\"\n", point), "overflow");
}

TEST_F(BadInput, DataFiles) {
  const auto with = [this](const std::string& data) { return "--config " + config("") + " --data " + data; };
  refuse(with("cifar10:" + file("empty.bin", "")), "empty");
  refuse(with("cifar10:" + file("cut.bin", std::string(3073 + 100, '\1'))), "3073");
  refuse(with("cifar10:" + file("label.bin", '\xff' + std::string(3072, '\0'))), "label");
  refuse(with("svhn:x"), "svhn");
  refuse(with("synth10:exam"), "exam");
}

TEST_F(BadInput, SelectionsOfImages) {
  for (const char* range : {"@5:2", "@9999999:", "@2000:2001"})
    refuse("--config " + config("") + " --data synth10:test" + range, "are asked for, but there are 2000");
  refuse("--config " + config("") + " --data synth10:test@first:", "first");
}

TEST_F(BadInput, ImageFolders) {
  const auto image = read_text_file(std::filesystem::path{AXVP_SOURCE_DIR} / "tests/golden/images/colour_420.jpg");
  ASSERT_TRUE(image) << image.error().message;
  const auto with = [this](const std::string& data) { return "--config " + config("") + " --data " + data; };
  for (const char* folder : {"cut/cat", "empty/cat", "empty/dog", "text/cat", "listed/x"})
    std::filesystem::create_directories(folder_ / folder);
  file("cut/cat/a.jpg", image->substr(0, image->size() / 2));
  file("empty/cat/a.jpg", *image);
  file("text/cat/a.png", "not an image");
  file("listed/x/a.jpg", *image);
  refuse(with("imagefolder:" + path("cut")), "a.jpg");
  refuse(with("imagefolder:" + path("empty")), "dog: no JPEG or PNG file in this class's folder");
  refuse(with("imagefolder:" + path("text")), "a.png");
  std::filesystem::create_directories(folder_ / "cats" / "cat");
  file("cats/cat/a.jpg", *image);
  refuse(with("imagefolder:" + path("cats")), "images of 1 classes, but the network tells 10 apart");
  refuse(with("imagefolder:" + path("nowhere")), "No such file or directory");
  file("listed/missing.txt", "x/a.jpg 0\nx/b.jpg 1\n");
  refuse(with("imagefolder:" + path("listed") + ":missing.txt"), "line 2: there is no file `x/b.jpg`");
  file("listed/word.txt", "x/a.jpg cat\n");
  refuse(with("imagefolder:" + path("listed") + ":word.txt"), "line 1: `cat` is not a class number");
  refuse(with("imagefolder:" + path("listed") + ":none.txt"), "none.txt");
  refuse(with("tiny-imagenet:" + path("listed")), "wnids.txt: no such file");
}

TEST_F(BadInput, NetworkDescriptions) {
  const auto description = [this](const std::string& text) {
    std::filesystem::copy_file(std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks/resnet8_synth10.onnx",
                               folder_ / "r.onnx", std::filesystem::copy_options::skip_existing);
    return "--config " + config("") + " --network " + file("net.toml", text);
  };
  refuse(description("model = \"none.onnx\"\n"), "none.onnx: no such file");
  refuse(description("height = 32\n"), "the key `model` is missing");
  refuse(description("model = \"r.onnx\"\nhieght = 3\n"), "line 2, column 1: unknown key `hieght`");
  refuse(description("model = \"r.onnx\"\nheight = 0\n"), "line 2");
  refuse(description("model = \"r.onnx\"\nheight = 64\nwidth = 64\n"), "height 64 is wanted, but the model has 32");
  refuse(description("model = \"net.toml\"\n"), "expected an ONNX file");
  const std::string preprocessing = "model = \"r.onnx\"\n[preprocessing]\n";
  refuse(description(preprocessing + "divisor = 0\nmean = [0, 0, 0]\ndeviation = [1, 1, 1]\n"),
         "expected a number > 0");
  refuse(description(preprocessing + "divisor = 1\nmean = [0, 0]\ndeviation = [1, 1, 1]\n"), "expected 3");
  refuse(description("model = \"r.onnx\"\n[classes]\noutputs = [11]\n"), "output 11 is not in [0, 10)");
  refuse(description("model = \"r.onnx\"\n[classes]\nfile = \"list.txt\"\n"), "list.txt: no such file");
}

TEST_F(BadInput, QuantisationSettings) {
  refuse_config(config("", kPoint, "activation_range = \"widest\""), "maximum");
  refuse_config(config("", kPoint, "activation_percentile = 101"), "activation_percentile");
  refuse_config(config("", kPoint, "equalise = 1"), "equalise");
  refuse_config(config("", kPoint, "correction_images = -1"), "correction_images");
}

TEST_F(BadInput, TheSameImagesToCalibrateAndToMeasure) {
  refuse("--config " + config("") + " --data synth10:train", "the same images");
}

TEST_F(BadInput, CostsBeyondReason) {
  write_npy("mine.npy", std::vector<std::int32_t>(65536), "(256, 256)");
  refuse_config(config("[[multiplier]]\nid = \"mine\"\ntable = \"mine.npy\"\nenergy_pj = 1e300\n"), "energy_pj");
}

TEST_F(BadInput, ConfigurationSyntaxAndKeys) {
  refuse_config(file("a.toml", "[workload\nimages = 2\n"), "line 1");
  refuse_config(config("[platfrom]\nclock_mhz = 100\n"), "did you mean `platform`");
  refuse_config(config("", kPoint, "imgaes = 4"), "did you mean `images`");
  refuse_config(config("", kPoint, "encoding = \"sm9\""), "sm8");
  refuse_config(config("", kPoint, "data = 7"), "expected a string");
}

TEST_F(BadInput, PlatformValues) {
  refuse_config(config("[platform.array]\nrows = -4\n"), "rows = -4");
  refuse_config(config("[platform.array]\ncolumns = 0\n"), "columns = 0");
  refuse_config(config("[platform.dram]\nbandwidth_bytes_per_cycle = 0\n"), "bandwidth_bytes_per_cycle = 0");
  refuse_config(config("[platform]\nclock_mhz = -1\n"), "clock_mhz");
  refuse_config(config("[platform.scratchpads]\naccumulator_kb = 1\n[platform.array]\nrows=1024\ncolumns=1024\n"),
                "accumulator");
}

TEST_F(BadInput, OperatingPoints) {
  refuse_config(config("", ""), "no operating point");
  refuse_config(config("", std::string{kPoint} + kPoint), "stands twice");
  refuse_config(config("", "[[operating_point]]\nname = \"a\"\nmultiplier = \"dadda-exat\"\n"), "dadda-exact");
  refuse_config(config("", std::string{kPoint} + "[operating_point.layers]\nconv99 = \"dadda-exact\"\n"), "conv99");
  refuse_config(config("", kPoint, "encoding = \"s8\""), "sm8");
  refuse("--config " + config("") + " --operating-points " + file("p.json", "{\"schema\":"), "p.json");
}

TEST_F(BadInput, Controller) {
  refuse_config(config("[controller]\npolicy = \"fxied\"\n"), "fixed");
  refuse_config(config("[controller]\npoint = \"exat\"\n"), "no operating point `exat`, did you mean `exact`?");
  refuse_config(config("[controller]\npoint = 1\n"), "point = 1, but there are 1 operating points");
  refuse_config(config("[controller]\npolicy = \"budget\"\n"), "budget is empty");
}

TEST_F(BadInput, PointsOfABudgetThatAreNotFromDearToCheap) {
  refuse_config(config("[controller]\npolicy = \"budget\"\n[[controller.budget]]\nat_ms = 0\nwindow_uj = 1\n",
                       "[[operating_point]]\nname = \"eco\"\nmultiplier = \"dadda_trunc-k9c\"\n" + std::string{kPoint}),
                "`exact`");
}

TEST_F(BadInput, ClockThatTheSlowestPathDoesNotAllow) {
  // dadda-exact takes 3.0751 ns, the adder behind it 4.6184 ns: 129.98 MHz.
  refuse_config(config("[platform]\nclock_mhz = 130\n"),
                "clock_mhz = 130, but multiplier `dadda-exact` (3.0751 ns) with the processing element behind it "
                "(4.6184 ns) allows at most 129.9 MHz (osu018_stdcells, typical)");
}

TEST_F(BadInput, MultiplierIdsThatDoNotExist) {
  const auto outcome = run_axvp("multipliers show zzzzzzzzzzzzzzz");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("the nearest of "));
  EXPECT_LT(outcome.errors.size(), 250u) << outcome.errors;
  EXPECT_THAT(run_axvp("multipliers show dadda_trunk-k7c").errors, HasSubstr("did you mean `dadda_trunc-k7c`"));
  EXPECT_THAT(run_axvp("multipliers show " + path("none.npy")).errors, HasSubstr("none.npy: no such file"));
}

TEST_F(BadInput, MultiplierTables) {
  const std::string entry = "[[multiplier]]\nid = \"mine\"\ntable = \"mine.npy\"\n";
  refuse_config(config(entry), "mine.npy");
  write_npy("mine.npy", std::vector<std::int32_t>(128 * 128), "(128, 128)");
  refuse_config(config(entry), "256");
  write_npy("mine.npy", std::vector<std::int32_t>(1000), "(256, 256)");
  refuse_config(config(entry), "mine.npy");
  file("mine.npy", "not numpy");
  refuse_config(config(entry), "mine.npy");
  write_npy("mine.npy", std::vector<std::int32_t>(65536), "(256, 256)");
  refuse_config(config("[[multiplier]]\nid = \"dadda-exact\"\ntable = \"mine.npy\"\n"), "dadda-exact");
}

TEST_F(BadInput, EnergyTables) {
  refuse_config(config("[energy]\ntable = \"none.json\"\n"), "none.json");
  file("bad.json", "{\"schema_version\": 1}");
  refuse_config(config("[energy]\ntable = \"bad.json\"\n"), "bad.json");
}

TEST_F(BadInput, OutputThatCannotBeWritten) {
  const auto blocked = file("blocked", "a file");
  const auto outcome = run_axvp("simulate --config " + config("") + " --out " + blocked + "/out");
  EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
  EXPECT_THAT(outcome.errors, HasSubstr("cannot write"));
}

TEST_F(BadInput, AFullDiskKeepsTheOldResult) {
  std::filesystem::create_directory(folder_ / "out");
  file("out/result.json", "old");
  file("out/layers.csv", "old table");
  testing::Outcome outcome;
  {
    const FileSizeLimit full_disk{2048};
    outcome = run_axvp("simulate --config " + config("") + " --out " + path("out"));
  }
  EXPECT_EQ(outcome.exit_code, 2) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("cannot write"));
  EXPECT_EQ(read_text_file(folder_ / "out" / "layers.csv").value(), "old table");
  EXPECT_EQ(read_text_file(folder_ / "out" / "result.json").value(), "old");
}

}  // namespace
}  // namespace axvp
