// AttackTargets: what attacks look for on the host, as attacks/targets.py plants it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/pidfd.h"

namespace pyrunner::cli {

/// Puts a secret into this process's environment, where what reads another process's finds it: this
/// starts the program anew. Returns in the new one.
void CarrySecret(const char* const* argv);

/// Files, sockets, a shared memory segment and a process, planted by the constructor and removed by
/// the destructor. What this host does not allow is left out. Used from the executor's thread, on
/// which the sockets answer.
class AttackTargets {
 public:
  /// `level` is the sandboxes', which the programs are told too.
  AttackTargets(boost::asio::any_io_executor executor, std::string_view level);
  AttackTargets(const AttackTargets&) = delete;
  AttackTargets& operator=(const AttackTargets&) = delete;
  ~AttackTargets() { Remove(); }

  /// What the programs are told: where things are, and the digests of their secrets.
  [[nodiscard]] const nlohmann::json& description() const { return description_; }

  /// A secret for programs of honest clients.
  [[nodiscard]] const std::string& neighbours_secret() const { return neighbours_secret_; }

  /// What an attack changed, a line each.
  [[nodiscard]] std::vector<std::string> Disturbed() const;

  /// Takes everything away. Does nothing the second time.
  void Remove();

 private:
  std::string NewSecret();
  void PlantFiles();
  void PlantSockets();
  void PlantProcess();
  void PlantSharedMemory();

  boost::asio::any_io_executor executor_;
  nlohmann::json description_;
  std::string folder_;  // empty: there is none
  std::string drop_;
  std::string neighbours_secret_;
  Pidfd process_;
  std::vector<std::function<void()>> removals_;
};

}  // namespace pyrunner::cli
