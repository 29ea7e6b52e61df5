// Published vectors of MurmurHash3 x64 128.
#include "store/hash.h"

#include <gtest/gtest.h>

namespace fracas::store {
namespace {

TEST(Hash, gives_the_published_values) {
  EXPECT_EQ(hash128(""), (Hash{0, 0}));
  EXPECT_EQ(hash128("hello"), (Hash{0xcbd8a7b341bd9b02, 0x5b1e906a48ae1d19}));
  EXPECT_EQ(hash128("The quick brown fox jumps over the lazy dog"),
            (Hash{0xe34bbc7bbc071b6c, 0x7a433ca9c49a9347}));
}

}  // namespace
}  // namespace fracas::store
