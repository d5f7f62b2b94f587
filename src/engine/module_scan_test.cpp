#include "engine/module_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pyrunner {
namespace {

bool NeedsScience(std::string_view source) {
  return ScanModules(source).zygote == wire::ZygoteKind::kScience;
}

TEST(ModuleScan, PlainProgramsTakeTheCheapZygote) {
  EXPECT_FALSE(NeedsScience(""));
  EXPECT_FALSE(NeedsScience("print('hello')\n"));
  EXPECT_FALSE(NeedsScience("import math\nprint(math.pi)\n"));
}

TEST(ModuleScan, EveryWayToImportALibraryIsSeen) {
  for (const std::string library : {"numpy", "pandas", "scipy", "sympy", "matplotlib", "sklearn"}) {
    EXPECT_TRUE(NeedsScience("import " + library)) << library;
    EXPECT_TRUE(NeedsScience("import " + library + " as x\n")) << library;
    EXPECT_TRUE(NeedsScience("import math, " + library + "\n")) << library;
    EXPECT_TRUE(NeedsScience("from " + library + ".sub import thing\n")) << library;
    EXPECT_TRUE(NeedsScience("if 1:\n\timport\\\n " + library + ";pass")) << library;
    EXPECT_TRUE(NeedsScience("__import__('" + library + "')")) << library;
  }
}

TEST(ModuleScan, LibrariesThatAreUsedAreTold) {
  constexpr std::uint32_t kAny = wire::kAnyProgram;
  EXPECT_EQ(ScanModules("print(1)").kinds, kAny);
  EXPECT_EQ(ScanModules("import numpy as np\nprint(np.pi)").kinds, kAny | wire::kNumpyProgram);
  EXPECT_EQ(ScanModules("import numpy\nprint(numpy.pi)").kinds, kAny | wire::kNumpyProgram);
  EXPECT_EQ(ScanModules("from sympy import sin\n").kinds, kAny | wire::kSympyProgram);
  EXPECT_EQ(ScanModules("import numpy as np, pandas as pd\nnp.array(pd.Series())").kinds,
            kAny | wire::kNumpyProgram | wire::kPandasProgram);
  EXPECT_EQ(ScanModules("import scipy\nscipy.stats").kinds, kAny);
}

TEST(ModuleScan, LibrariesThatAreOnlyImportedAreNot) {
  constexpr std::uint32_t kAny = wire::kAnyProgram;
  EXPECT_EQ(ScanModules("import numpy as np").kinds, kAny);
  EXPECT_EQ(ScanModules("import pandas\nimport numpy, sympy\nprint(1)").kinds, kAny);
  EXPECT_EQ(ScanModules("import numpy as").kinds, kAny);
  EXPECT_EQ(ScanModules("import numpy as np\nnph = 1").kinds, kAny);
  EXPECT_EQ(ScanModules("import numpy as np, pandas as pd\nnp.zeros(3)").kinds,
            kAny | wire::kNumpyProgram);
}

TEST(ModuleScan, EveryWayToImportWhatIsLargeInTheStandardLibraryIsSeen) {
  for (const std::string module : {"logging", "asyncio", "socket", "ast", "concurrent"}) {
    EXPECT_TRUE(NeedsScience("x = 1\nimport " + module)) << module;
    EXPECT_TRUE(NeedsScience("import math, " + module + "\n")) << module;
    EXPECT_TRUE(NeedsScience("from " + module + ".sub import thing\n")) << module;
    EXPECT_TRUE(NeedsScience("import math, \\\n  " + module + "\n")) << module;
    EXPECT_TRUE(NeedsScience("__import__('" + module + "')")) << module;
    EXPECT_TRUE(NeedsScience("importlib.import_module('" + module + "')")) << module;
    EXPECT_TRUE(NeedsScience("exec('import " + module + "')")) << module;
  }
}

TEST(ModuleScan, ItsNamesAreAlsoWordsOfEveryDay) {
  EXPECT_FALSE(NeedsScience("# inspect the result\nprint(1)\n"));
  EXPECT_FALSE(NeedsScience("import math\nlocale = 'de'\nprint(locale)\n"));
  EXPECT_FALSE(NeedsScience("print('a socket, a pickle')\nimport math"));
  EXPECT_FALSE(NeedsScience("class Token:\n    ast = None\n"));
}

TEST(ModuleScan, LongerWordsAreOtherWords) {
  EXPECT_FALSE(NeedsScience("import numpyish"));
  EXPECT_FALSE(NeedsScience("my_numpy = 1"));
  EXPECT_FALSE(NeedsScience("numpy2 = 1"));
  EXPECT_FALSE(NeedsScience("Numpy = 1"));
  EXPECT_FALSE(NeedsScience("num py"));
  EXPECT_FALSE(NeedsScience("\xc3\xa9numpy = 1")) << "a letter beyond ASCII";
  EXPECT_FALSE(NeedsScience("numpy\xc3\xa9 = 1"));
}

TEST(ModuleScan, ReadsToTheLastByte) {
  EXPECT_TRUE(NeedsScience("numpy"));
  EXPECT_FALSE(NeedsScience("nump"));
  EXPECT_TRUE(NeedsScience(std::string(1'000'000, ' ') + "numpy"));
  EXPECT_TRUE(NeedsScience(std::string("\0numpy\0", 7)));
}

}  // namespace
}  // namespace pyrunner
