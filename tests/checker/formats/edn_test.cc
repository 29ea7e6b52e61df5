#include "checker/formats/edn.h"

#include <gtest/gtest.h>

namespace fracas::checker {
namespace {

/// All forms, a blank between two; or what is wrong, with its line.
std::string json_of(std::string_view text) {
  ByteStream bytes(text);
  EdnReader edn(bytes);
  std::string all;
  while (edn.peek() != ByteStream::kEnd) {
    if (!all.empty()) all += ' ';
    if (!edn.read(all)) break;
  }
  return edn.error().empty() ? all : std::to_string(edn.error_line()) + ": " + edn.error();
}

TEST(Edn, AtomsBecomeWhatJsonHasForThem) {
  EXPECT_EQ(json_of("nil true false"), "null true false");
  EXPECT_EQ(json_of("5 +5 5N -5 007 -0 0x1F 123456789012345678901234567890N"),
            "5 5 5 -5 7 0 31 123456789012345678901234567890");
  EXPECT_EQ(json_of("1.5 -1.50 1.5M 2.5e3"), "1.5 -1.5 1.5 2500");
  EXPECT_EQ(json_of("1/3 ##Inf 1e999"), R"("1/3" "Inf" "1e999")");
  EXPECT_EQ(json_of(":ok :a/b some/symbol -"), R"(":ok" ":a/b" "some/symbol" "-")");
}

TEST(Edn, CharactersAndTextsAreTexts) {
  EXPECT_EQ(json_of(R"(\c \newline \( \u0041 \o101 \space)"), R"("c" "\n" "(" "A" "A" " ")");
  EXPECT_EQ(json_of(R"("a\"b\\\n\u00e9\101/")"),
            "\"a\\\"b\\\\\\n\xC3\xA9"
            "A/\"");
  EXPECT_EQ(json_of(R"("\uD83D\uDE00")"), "\"\xF0\x9F\x98\x80\"");
  EXPECT_EQ(json_of("\"two\nlines\" 1"), R"("two\nlines" 1)");
}

TEST(Edn, EqualCollectionsAreEqualBytes) {
  EXPECT_EQ(json_of("[1, [2 (3)] []]"), "[1,[2,[3]],[]]");
  EXPECT_EQ(json_of("#{3 1 2}"), json_of("#{2 3 1}"));
  EXPECT_EQ(json_of("#{3 1 2}"), "[1,2,3]");
  EXPECT_EQ(json_of(R"({:b 1 "a" [2] 3 4})"), R"({"3":4,":b":1,"a":[2]})");
  EXPECT_EQ(json_of("{[1 2] #{}}"), R"({"[1,2]":[]})");
}

TEST(Edn, TagsCommentsAndDiscardedFormsAreNothing) {
  EXPECT_EQ(json_of(R"(#inst "2020" #jepsen.history.Op{:index 1} #tag [1])"), R"("2020" {":index":1} [1])");
  EXPECT_EQ(json_of("1 ; one\n#_ 2 3 #_#_ 4 5 [6 #_ 7]"), "1 3 [6]");
  EXPECT_EQ(json_of(R"(#object[java.lang.Foo 0x1f "Foo@1f"] #"a+")"),
            R"(["java.lang.Foo",31,"Foo@1f"] "a+")");
}

TEST(Edn, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(json_of("1\n ]"), "2: not EDN: ']' closes nothing");
  EXPECT_EQ(json_of("[1\n}"), "2: not EDN: '}' closes nothing");
  EXPECT_EQ(json_of("{:a}"), R"(1: not EDN: a map has the key ":a" without a value)");
  EXPECT_EQ(json_of(R"("\q")"), R"(1: not EDN: \ before 'q' in a text)");
  EXPECT_EQ(json_of(R"("\u12")"), R"(1: not EDN: \u12 in a text)");
  EXPECT_EQ(json_of(std::string(1000, '[')), "1: forms are nested deeper than 200");
  std::string discards;
  for (int i = 0; i < 1000; ++i) discards += "#_ ";
  EXPECT_EQ(json_of(discards + "1"), "1: forms are nested deeper than 200");
}

TEST(Edn, AFormThatIsCutIsTruncated) {
  const std::string whole = R"({:a [1 #{2 "x"}] #tag {:b \c}})";
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    const std::string error = json_of("nil\n" + whole.substr(0, cut));
    EXPECT_TRUE(error.starts_with("2: truncated")) << whole.substr(0, cut) << " gave " << error;
  }
}

}  // namespace
}  // namespace fracas::checker
