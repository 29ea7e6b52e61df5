// One key of an experiment with its value and where both were written: the common form of a TOML file, of
// `--set key=value` and of experiment.json.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "harness/error.h"
#include "nemesis/fault.h"

namespace fracas::harness {

struct Setting {
  std::string key;           ///< dotted; entries of [[fault]] are counted from 0: "fault.0.every"
  nemesis::Parameter value;  ///< durations are text
  std::string key_where;     ///< "file:line:column", "--set key=value", "experiment.json"
  std::string value_where;
};

/// In the order of the file. Errors: syntax (file:line:column), a value of a type that no key takes, a file
/// that cannot be read.
Result<std::vector<Setting>> read_toml(const std::filesystem::path& file);

/// `text` is read as TOML would read it (1, true, 0.5, "text", ["a", "b"]); what is not TOML is text, so that
/// no quotes are needed: --set duration=5s.
Setting parse_setting(std::string_view key, std::string_view text);

/// The settings of an experiment.json; `where` is its file name.
Result<std::vector<Setting>> settings_from_json(const nlohmann::json&, std::string_view where);

/// As an experiment file would write it, for messages.
std::string to_text(const nemesis::Parameter&);

}  // namespace fracas::harness
