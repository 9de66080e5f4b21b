#include "axvp/common/hash.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "axvp/common/file.h"

namespace axvp {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available in libcrypto");
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  const auto content = read_text_file(path);
  if (!content) return forward_error(content);
  return sha256(*content);
}

}  // namespace axvp
