/*
 * What a machine can do at best: reads a classic capture of Ethernet (little-endian, nanoseconds), decodes IPv4 or IPv6 and TCP, finds the
 * connection, keeps each segment (32 bytes) in a journal, and forgets the connection 60 s after both FINs or an RST. It checks
 * nothing, counts nothing, trusts every byte, and holds a million connections and four million segments at most.
 *
 *   cc -O3 -march=native -o bare test/bench/bare.c && ./bare a.pcap
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 131072, PLACES = 1 << 20, SEGMENTS = 1 << 22, FIN = 1, RST = 4 };
static const uint64_t SILENCE = 60000000000ull;

/* Both addresses and the ports, the end that stands first before the other. */
typedef struct { uint32_t word[9]; } Key;
typedef struct { Key key; uint32_t fins; uint64_t closed; uint32_t last, count, next; } Row;
typedef struct { uint32_t before, ack, seq, echo, frame, time, window_length, flags; } Segment;

static Row rows[PLACES];
static uint32_t index_[PLACES], closing[PLACES], row_count = 1, free_row;
static Segment journal[SEGMENTS];

static uint32_t be32(const uint8_t *at) { uint32_t word; memcpy(&word, at, 4); return __builtin_bswap32(word); }
static uint32_t be16(const uint8_t *at) { uint16_t word; memcpy(&word, at, 2); return __builtin_bswap16(word); }
static uint32_t le32(const uint8_t *at) { uint32_t word; memcpy(&word, at, 4); return word; }

/* MurmurHash3. */
static uint32_t placeOf(const Key *key) {
  uint32_t hash = 0x9747b28c;
  for (int at = 0; at < 9; at++) {
    uint32_t word = key->word[at] * 0xcc9e2d51;
    hash ^= ((word << 15) | (word >> 17)) * 0x1b873593;
    hash = ((hash << 13) | (hash >> 19)) * 5 + 0xe6546b64;
  }
  return (hash ^ (hash >> 16)) & (PLACES - 1);
}

static uint32_t rowOf(const Key *key) {
  uint32_t at = placeOf(key);
  for (; index_[at] != 0; at = (at + 1) & (PLACES - 1)) {
    if (memcmp(&rows[index_[at]].key, key, sizeof *key) == 0) return index_[at];
  }
  uint32_t row = free_row != 0 ? free_row : row_count++;
  if (row == free_row) free_row = rows[row].next;
  rows[row] = (Row){.key = *key};
  index_[at] = row;
  return row;
}

static void forget(uint32_t row) {
  uint32_t hole = placeOf(&rows[row].key);
  while (index_[hole] != row) hole = (hole + 1) & (PLACES - 1);
  for (uint32_t at = (hole + 1) & (PLACES - 1); index_[at] != 0; at = (at + 1) & (PLACES - 1)) {
    uint32_t home = placeOf(&rows[index_[at]].key);
    if (((at - home) & (PLACES - 1)) < ((at - hole) & (PLACES - 1))) continue;
    index_[hole] = index_[at];
    hole = at;
  }
  index_[hole] = 0;
  rows[row].next = free_row;
  free_row = row;
}

static uint64_t frames, forgotten;

static void take(const uint8_t *packet, uint64_t time) {
  static uint64_t first, last;
  for (; first != last && rows[closing[first % PLACES]].closed + SILENCE < time; first++, forgotten++) {
    forget(closing[first % PLACES]);
  }
  const int is_ipv4 = be16(packet + 12) == 0x0800;
  const uint8_t *tcp = packet + (is_ipv4 ? 34 : 54);
  const uint32_t length = is_ipv4 ? be16(packet + 16) - 20 : be16(packet + 18);
  uint32_t source[4] = {0}, destination[4] = {0};
  for (int word = is_ipv4 ? 3 : 0; word < 4; word++) {
    source[word] = be32(is_ipv4 ? packet + 26 : packet + 22 + 4 * word);
    destination[word] = be32(is_ipv4 ? packet + 30 : packet + 38 + 4 * word);
  }
  const uint32_t from = be16(tcp), to = be16(tcp + 2);
  const int is_first = source[3] < destination[3] || (source[3] == destination[3] && from <= to);
  Key key;
  memcpy(key.word, is_first ? source : destination, 16);
  memcpy(key.word + 4, is_first ? destination : source, 16);
  key.word[8] = is_first ? from << 16 | to : to << 16 | from;
  const uint32_t own = rowOf(&key);
  Row *row = &rows[own];
  const uint32_t flags = tcp[13], place = frames++ % SEGMENTS;
  journal[place] = (Segment){row->last, be32(tcp + 8), be32(tcp + 4), 0, (uint32_t)frames, (uint32_t)time,
                             be16(tcp + 14) << 16 | (length - (tcp[12] >> 4) * 4), flags};
  row->last = place;
  row->count++;
  if (flags & FIN) row->fins |= is_first ? 1 : 2;
  if (row->closed != 0 || !((flags & RST) || row->fins == 3)) return;
  row->closed = time;
  closing[last++ % PLACES] = own;
}

int main(int count, char **arguments) {
  static uint8_t bytes[BLOCK + (1 << 18)];
  const int file = count == 2 ? open(arguments[1], O_RDONLY) : -1;
  if (file < 0) return fputs("usage: bare CAPTURE\n", stderr), 2;
  size_t held = 0, at = 24;
  for (ssize_t got; (got = read(file, bytes + held, BLOCK)) > 0;) {
    held += got;
    while (held >= at + 16 && held >= at + 16 + le32(bytes + at + 8)) {
      take(bytes + at + 16, le32(bytes + at) * 1000000000ull + le32(bytes + at + 4));
      at += 16 + le32(bytes + at + 8);
    }
    memmove(bytes, bytes + at, held - at);
    held -= at;
    at = 0;
  }
  printf("%llu packets, %llu connections forgotten\n", (unsigned long long)frames, (unsigned long long)forgotten);
}
