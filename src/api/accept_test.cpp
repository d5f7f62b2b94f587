#include "api/accept.h"

#include <gtest/gtest.h>

namespace pyrunner::api {
namespace {

http::Request With(std::string name, std::string value) {
  http::Request request;
  request.headers = {{std::move(name), std::move(value)}};
  return request;
}

bool Html(std::string accept) { return PrefersHtml(With("accept", std::move(accept))); }
bool Gzip(std::string accept) { return AcceptsGzip(With("accept-encoding", std::move(accept))); }

TEST(PrefersHtml, BrowsersDo) {
  EXPECT_TRUE(Html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  EXPECT_TRUE(Html("text/html"));
  EXPECT_TRUE(Html("TEXT/HTML ; q=0.2 , application/json; q=0.1"));
  EXPECT_TRUE(Html("text/*"));
  EXPECT_TRUE(Html("text/html, application/json;q=0"));
}

TEST(PrefersHtml, ProgramsDoNot) {
  EXPECT_FALSE(PrefersHtml({}));
  for (const char* accept :
       {"", "*/*", "application/json", "application/json, text/plain, */*", "image/*",
        "text/html, application/json",  // alike
        "text/html;q=0.5, application/json;q=0.9", "text/html;q=0", "*/*;q=0.9, text/html;q=0.1",
        "text/html;q=0, */*", "text/html;q=0.8, */*", "text/*;q=0.3, application/*;q=0.4",
        "text/html;level=1", "text/html;q=x", "text/html;q=", "text/html;q=2.0x", ";;,,q=1",
        "text/htmlx", "text"}) {
    EXPECT_FALSE(Html(accept)) << accept;
  }
}

TEST(PrefersHtml, ReadsAllFields) {
  http::Request request;
  request.headers = {{"accept", "application/json;q=0.4"}, {"x", "y"}, {"accept", "text/html"}};
  EXPECT_TRUE(PrefersHtml(request));
}

TEST(AcceptsGzip, IfItIsNamedOrAnythingIs) {
  EXPECT_TRUE(Gzip("gzip, deflate, br"));
  EXPECT_TRUE(Gzip("br;q=1.0, GZIP;q=0.001"));
  EXPECT_TRUE(Gzip("*"));
  EXPECT_FALSE(AcceptsGzip({}));
  for (const char* accept :
       {"", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "x-gzip", "br"}) {
    EXPECT_FALSE(Gzip(accept)) << accept;
  }
}

TEST(HasTag, ComparesWeakly) {
  EXPECT_TRUE(HasTag(With("if-none-match", R"("a")"), R"("a")"));
  EXPECT_TRUE(HasTag(With("if-none-match", R"("b", W/"a")"), R"("a")"));
  EXPECT_TRUE(HasTag(With("if-none-match", "*"), R"("a")"));
  EXPECT_FALSE(HasTag(With("if-none-match", R"("b", a)"), R"("a")"));
  EXPECT_FALSE(HasTag({}, R"("a")"));
}

}  // namespace
}  // namespace pyrunner::api
