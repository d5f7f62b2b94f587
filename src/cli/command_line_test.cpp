#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/child_test_support.h"

namespace pyrunner::cli {
namespace {

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() {
    for (const char* name : {"HOST", "PORT", "LOG_LEVEL", "PYRUNNER_CONFIG"}) ::unsetenv(name);
    for (const Setting& setting : AllSettings()) ::unsetenv(setting.EnvironmentName().c_str());
  }
  ~CommandLineTest() override {
    for (const std::string& name : set_) ::unsetenv(name.c_str());
  }

  void SetEnvironment(const std::string& name, const std::string& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }

  /// A configuration file, as the arguments that name it.
  std::vector<std::string> ConfigFile(const std::string& text) {
    std::ofstream(Path()) << text;
    return {"--config", Path()};
  }
  [[nodiscard]] std::string Path() const { return directory_.File("pyrunner.toml"); }

  static Result<ServeCommand> Read(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "serve");
    std::vector<const char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    argv.push_back(nullptr);
    return ReadServeCommand(static_cast<int>(argv.size()) - 1, argv.data());
  }

  static Settings ReadSettings(const std::vector<std::string>& arguments = {}) {
    auto command = Read(arguments);
    EXPECT_TRUE(command) << command.error().message;
    if (!command) return {};
    EXPECT_FALSE(command->help);
    return command->settings;
  }

  static std::string Complaint(const std::vector<std::string>& arguments = {}) {
    const auto command = Read(arguments);
    return command ? "none" : command.error().message;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> set_;
};

std::vector<std::string> Join(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_F(CommandLineTest, WithoutAnythingTheDefaultsHold) {
  const Settings settings = ReadSettings();
  const Settings defaults;
  for (const Setting& setting : AllSettings()) {
    EXPECT_EQ(setting.get(settings), setting.get(defaults)) << setting.name;
  }
}

TEST_F(CommandLineTest, FlagsBeforeEnvironmentBeforeFileBeforeDefaults) {
  struct Case {
    const char* name;
    const char* by_file;
    const char* by_environment;
    const char* by_flag;
  };
  for (const Case& c :
       {Case{"max-running", "11", "12", "13"}, Case{"host", "f", "e", "c"},
        Case{"queue-time", "1.5", "2.5", "3.5"}, Case{"policy", "open", "scientific", "open"},
        Case{"cpus", "0.5", "0.75", "2"}, Case{"log-format", "json", "text", "json"},
        Case{"allowed-hosts", "a", "b,c", "d"}}) {
    const auto setting = std::find_if(AllSettings().begin(), AllSettings().end(),
                                      [&](const Setting& s) { return s.name == c.name; });
    ASSERT_NE(setting, AllSettings().end());
    const auto file = ConfigFile(setting->FileKey() + " = \"" + c.by_file + "\"\n");
    const std::vector<std::string> flag = {std::string("--") + c.name, c.by_flag};

    EXPECT_EQ(setting->get(ReadSettings(file)), c.by_file);
    EXPECT_EQ(setting->get(ReadSettings(flag)), c.by_flag);
    EXPECT_EQ(setting->get(ReadSettings(Join(file, flag))), c.by_flag);
    SetEnvironment(setting->EnvironmentName(), c.by_environment);
    EXPECT_EQ(setting->get(ReadSettings()), c.by_environment);
    EXPECT_EQ(setting->get(ReadSettings(file)), c.by_environment);
    EXPECT_EQ(setting->get(ReadSettings(Join(file, flag))), c.by_flag);
  }
}

TEST_F(CommandLineTest, FlagsMayBeWrittenWithAnEqualsSign) {
  EXPECT_EQ(ReadSettings({"--port=1234"}).port, 1234);
}

TEST_F(CommandLineTest, PlatformsNamesAreKnown) {
  SetEnvironment("HOST", "0.0.0.0");
  SetEnvironment("PORT", "9000");
  SetEnvironment("LOG_LEVEL", "DEBUG");
  const Settings settings = ReadSettings();
  EXPECT_EQ(settings.host, "0.0.0.0");
  EXPECT_EQ(settings.port, 9000);
  EXPECT_EQ(settings.log_level, "debug");
}

TEST_F(CommandLineTest, OurOwnNamesAreMoreSpecific) {
  SetEnvironment("PORT", "9000");
  SetEnvironment("PYRUNNER_PORT", "9001");
  EXPECT_EQ(ReadSettings().port, 9001);
  EXPECT_EQ(ReadSettings({"--port", "9002"}).port, 9002);
}

TEST_F(CommandLineTest, AnEmptyVariableIsNone) {
  SetEnvironment("PORT", "");
  SetEnvironment("PYRUNNER_MAX_RUNNING", "");
  EXPECT_EQ(ReadSettings().port, Settings{}.port);
}

// No error: platforms set variables of such names, and a service that ran must not stop for one.
TEST_F(CommandLineTest, UnknownVariablesOfOursAreWarnedOf) {
  SetEnvironment("MAX_RUNNING", "7");
  SetEnvironment("PYRUNNERS", "7");
  EXPECT_TRUE(ReadSettings().warnings.empty());
  SetEnvironment("PYRUNNER_MAX_RUNING", "7");
  const Settings settings = ReadSettings();
  EXPECT_EQ(settings.engine.max_running, EngineOptions{}.max_running);
  EXPECT_THAT(settings.warnings,
              testing::ElementsAre("PYRUNNER_MAX_RUNING is no setting and is ignored; did you mean "
                                   "'PYRUNNER_MAX_RUNNING'?"));
}

// A service called pyrunner in the same namespace gives every container these.
TEST_F(CommandLineTest, VariablesOfKubernetesAreNotMeant) {
  SetEnvironment("PYRUNNER_SERVICE_HOST", "10.0.0.1");
  SetEnvironment("PYRUNNER_SERVICE_PORT_HTTP", "8000");
  SetEnvironment("PYRUNNER_PORT", "tcp://10.0.0.1:8000");
  SetEnvironment("PYRUNNER_PORT_8000_TCP", "tcp://10.0.0.1:8000");
  const Settings settings = ReadSettings();
  EXPECT_EQ(settings.port, Settings{}.port);
  EXPECT_TRUE(settings.warnings.empty());
}

TEST_F(CommandLineTest, AnEmptyTextInTheFileIsNone) {
  EXPECT_TRUE(ReadSettings(ConfigFile("allowed_hosts = \"\"\n")).server.allowed_hosts.empty());
  EXPECT_EQ(Complaint(ConfigFile("host = \"\"\n")), Path() + ": host: must not be empty");
}

TEST_F(CommandLineTest, TheFileHasNumbersAndTexts) {
  const Settings settings =
      ReadSettings(ConfigFile("# comment\n"
                              "max_running = 7\n"
                              "max_queued = 1_000\n"
                              "queue_time = 2.5\n"
                              "cpus = 2\n"
                              "policy = 'open'\n"
                              "host = \"::1\"\n"
                              "allowed_hosts = \"a,b\"\n"));
  EXPECT_EQ(settings.engine.max_running, 7U);
  EXPECT_EQ(settings.engine.max_queued, 1000U);
  EXPECT_EQ(settings.engine.queue_time, std::chrono::milliseconds(2500));
  EXPECT_DOUBLE_EQ(settings.engine.cpus, 2);
  EXPECT_EQ(settings.api.policy, "open");
  EXPECT_EQ(settings.host, "::1");
  EXPECT_EQ(settings.server.allowed_hosts, (std::vector<std::string>{"a", "b"}));
}

// The natural way to write a list in TOML must be understood or refused, but not misread.
TEST_F(CommandLineTest, TheFileMayHaveAListOfHosts) {
  const auto command = Read(ConfigFile("allowed_hosts = [\"a\", \"b\"]\n"));
  if (!command) return;
  EXPECT_EQ(command->settings.server.allowed_hosts, (std::vector<std::string>{"a", "b"}));
}

TEST_F(CommandLineTest, TheEnvironmentMayNameTheFile) {
  (void)ConfigFile("port = 4321\n");
  SetEnvironment("PYRUNNER_CONFIG", Path());
  EXPECT_EQ(ReadSettings().port, 4321);
  // A flag names another one.
  const std::string other = directory_.File("other.toml");
  std::ofstream(other) << "port = 4322\n";
  EXPECT_EQ(ReadSettings({"--config", other}).port, 4322);
}

TEST_F(CommandLineTest, AnUnknownKeyIsRefusedByName) {
  EXPECT_EQ(Complaint(ConfigFile("max_runing = 7\n")),
            Path() + ": there is no setting 'max_runing'; did you mean 'max_running'?");
  EXPECT_EQ(Complaint(ConfigFile("polices = 7\n")),
            Path() + ": there is no setting 'polices'; did you mean 'policies'?");
  EXPECT_EQ(Complaint(ConfigFile("[engine]\nmax_running = 7\n")),
            Path() + ": there is no setting 'engine'; `pyrunner serve --help` lists them");
  EXPECT_NE(Complaint(ConfigFile("max-running = 7\n")).find("'max-running'"), std::string::npos);
}

TEST_F(CommandLineTest, AFileThatIsNoTomlIsRefusedWithItsPlace) {
  const std::string complaint = Complaint(ConfigFile("port = 1\nhost = \n"));
  EXPECT_EQ(complaint.find(Path() + ": "), 0U) << complaint;
  EXPECT_NE(complaint.find("line 2"), std::string::npos) << complaint;
  EXPECT_EQ(complaint.find('\n'), std::string::npos) << complaint;
}

TEST_F(CommandLineTest, AFileThatIsMissingIsRefused) {
  EXPECT_EQ(Complaint({"--config", Path()}), "open " + Path() + ": No such file or directory");
}

TEST_F(CommandLineTest, BadValuesAreNamedAsTheyWereGiven) {
  constexpr const char* kWhy = ": must be a whole number from 0 to 65535";
  EXPECT_EQ(Complaint({"--port", "x"}), std::string("--port") + kWhy);
  EXPECT_EQ(Complaint(ConfigFile("port = 70000\n")), Path() + ": port" + kWhy);
  EXPECT_EQ(Complaint(ConfigFile("port = -1\n")), Path() + ": port" + kWhy);
  EXPECT_EQ(Complaint(ConfigFile("port = true\n")), Path() + ": port" + kWhy);
  SetEnvironment("PORT", "http");
  EXPECT_EQ(Complaint(), std::string("PORT") + kWhy);
  SetEnvironment("PORT", "80");
  SetEnvironment("PYRUNNER_PORT", "x");
  EXPECT_EQ(Complaint(), std::string("PYRUNNER_PORT") + kWhy);
}

TEST_F(CommandLineTest, UnknownFlagsAreRefused) {
  const std::string see_help = "; `pyrunner serve --help` lists the flags";
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--no-such-flag"}, "there is no flag '--no-such-flag'" + see_help},
      {{"--max_running", "3"}, "there is no flag '--max_running'; did you mean '--max-running'?"},
      {{"--max-runing=3"}, "there is no flag '--max-runing'; did you mean '--max-running'?"},
      {{"--pot", "1"}, "there is no flag '--pot'; did you mean '--port'?"},
      {{"-x"}, "there is no flag '-x'" + see_help},
      {{"stray"}, "'stray' is one argument too many" + see_help},
      {{"--port"}, "--port: 1 required [8000] missing" + see_help},
  };
  for (const auto& [arguments, expected] : cases) EXPECT_EQ(Complaint(arguments), expected);
  EXPECT_THAT(Complaint({"--port", "1", "--port", "2"}), testing::EndsWith(see_help));
}

TEST_F(CommandLineTest, AnUnknownPolicyIsRefused) {
  EXPECT_EQ(Complaint({"--policy", "scientfic"}),
            "policy: there is no 'scientfic'; did you mean 'scientific'?");
  EXPECT_EQ(Complaint(ConfigFile("policy = 'homewrk'\n[policies.homework]\n")),
            "policy: there is no 'homewrk'; did you mean 'homework'?");
  EXPECT_THAT(Complaint({"--policy", "none"}),
              testing::StartsWith("policy: there is no 'none'; there are "));
}

TEST_F(CommandLineTest, HelpListsEverySettingWithItsDefault) {
  for (const char* flag : {"--help", "-h"}) {
    const auto command = Read({flag});
    ASSERT_TRUE(command) << command.error().message;
    ASSERT_TRUE(command->help);
    const Settings defaults;
    for (const Setting& setting : AllSettings()) {
      const std::string start =
          "--" + std::string(setting.name) + " [" + setting.get(defaults) + "]";
      EXPECT_NE(command->help->find(start), std::string::npos) << start;
    }
    EXPECT_NE(command->help->find("--config"), std::string::npos);
    EXPECT_NE(command->help->find("PYRUNNER_MAX_RUNNING"), std::string::npos);
  }
}

// Whoever asks for help may have a broken configuration, and needs it all the more.
TEST_F(CommandLineTest, HelpNeedsNoValidSettings) {
  SetEnvironment("PORT", "http");
  const auto command = Read({"--help"});
  ASSERT_TRUE(command);
  EXPECT_TRUE(command->help);
}

}  // namespace
}  // namespace pyrunner::cli
