// Finding the time functions in vDSO images: this machine's own, and broken ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <link.h>
#include <rapidcheck/gtest.h>
#include <sys/auxv.h>

#include <cstring>

#include "nemesis/clock/clock_stub.h"
#include "nemesis/clock/vdso_image.h"

namespace fracas::nemesis {
namespace {

/// What is mapped of this process's own vDSO.
std::vector<std::byte> own_image() {
  const auto* begin = reinterpret_cast<const std::byte*>(::getauxval(AT_SYSINFO_EHDR));
  if (!begin) return {};
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(begin);
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(begin + header->e_phoff);
  std::size_t size = 0;
  for (unsigned i = 0; i < header->e_phnum; ++i)
    if (segments[i].p_type == PT_LOAD) size = std::max(size, segments[i].p_vaddr + segments[i].p_memsz);
  return {begin, begin + size};
}

class VdsoImageTest : public testing::Test {
 protected:
  void SetUp() override {
    if (image_.empty() || clock_stub().code.empty()) GTEST_SKIP() << "no vDSO, or another processor";
  }
  std::vector<std::byte> image_ = own_image();
};

TEST_F(VdsoImageTest, FindsEachFunctionOnceWithRoomForAJump) {
  const auto found = find_time_functions(image_);
  ASSERT_TRUE(found) << found.error();
  std::vector<TimeFunction> functions;
  for (const auto& symbol : found->symbols) {
    functions.push_back(symbol.function);
    EXPECT_GE(symbol.room, kJumpSize);
    EXPECT_LE(symbol.offset + symbol.room, image_.size());
  }
  EXPECT_THAT(functions, testing::UnorderedElementsAre(TimeFunction::clock_gettime,
                                                       TimeFunction::gettimeofday, TimeFunction::time));
  EXPECT_EQ(image_[found->system_call], std::byte{0x0f});
  EXPECT_EQ(image_[found->system_call + 1], std::byte{0x05});
}

TEST_F(VdsoImageTest, FindsThemByEitherHashTable) {
  const auto expected = find_time_functions(image_);
  ASSERT_TRUE(expected) << expected.error();
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(image_.data());
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(image_.data() + header->e_phoff);
  for (const auto hidden : {DT_HASH, DT_GNU_HASH}) {
    auto image = image_;
    for (unsigned i = 0; i < header->e_phnum; ++i) {
      if (segments[i].p_type != PT_DYNAMIC) continue;
      auto* entry = reinterpret_cast<ElfW(Dyn)*>(image.data() + segments[i].p_offset);
      for (; entry->d_tag != DT_NULL; ++entry)
        if (entry->d_tag == hidden) entry->d_tag = DT_DEBUG;
    }
    const auto found = find_time_functions(image);
    ASSERT_TRUE(found) << found.error();
    EXPECT_EQ(found->symbols.size(), expected->symbols.size());
  }
}

TEST_F(VdsoImageTest, SaysWhatIsMissing) {
  EXPECT_THAT(find_time_functions({}).error(), testing::HasSubstr("not a 64-bit ELF image"));
  EXPECT_THAT(find_time_functions(std::span(image_).first(200)).error(),
              testing::HasSubstr("no clock_gettime"));
}

RC_GTEST_FIXTURE_PROP(VdsoImageTest, NoDamagedImageLeadsOutOfIt, ()) {
  auto image = image_;
  for (int i = *rc::gen::inRange(1, 40); i > 0; --i) {
    const auto place = *rc::gen::inRange<std::size_t>(0, std::min<std::size_t>(image.size(), 0x800));
    image[place] = static_cast<std::byte>(*rc::gen::inRange(0, 256));
  }
  image.resize(*rc::gen::inRange<std::size_t>(0, image.size() + 1));
  const auto found = find_time_functions(image);
  if (found) RC_ASSERT(found->system_call + 2 <= image.size());
}

}  // namespace
}  // namespace fracas::nemesis
