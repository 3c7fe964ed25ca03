/*
 * lwIP on a TUN device in one thread, for bench/stack.mjs: discard on port 9, chargen on port 19.
 *
 *     lwip-peer DEVICE ADDRESS NETMASK
 *
 * The raw API, zero-copy sending, no sockets and no threads: as fast as lwIP is. Ends with its input.
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

enum { MTU = 1500, MOST_AT_ONCE = 128, IDLE_TURNS = 20 };

static int tun;
static char text[1 << 16];

static err_t leave(struct netif *netif, struct pbuf *packet, const ip4_addr_t *target) {
  struct iovec pieces[8];
  int count = 0;
  (void)netif;
  (void)target;
  for (struct pbuf *piece = packet; piece != NULL && count < 8; piece = piece->next) {
    pieces[count].iov_base = piece->payload;
    pieces[count++].iov_len = piece->len;
  }
  return writev(tun, pieces, count) < 0 ? ERR_IF : ERR_OK;
}

static err_t set_up(struct netif *netif) {
  netif->name[0] = 't';
  netif->name[1] = 'n';
  netif->output = leave;
  netif->mtu = MTU;
  return ERR_OK;
}

static err_t discard(void *arg, struct tcp_pcb *pcb, struct pbuf *packet, err_t error) {
  (void)arg;
  (void)error;
  if (packet == NULL) return tcp_close(pcb);
  tcp_recved(pcb, packet->tot_len);
  pbuf_free(packet);
  return ERR_OK;
}

static err_t refill(void *arg, struct tcp_pcb *pcb, u16_t acknowledged) {
  (void)arg;
  (void)acknowledged;
  for (;;) {
    u32_t room = tcp_sndbuf(pcb);
    if (room < TCP_MSS) break;
    u16_t size = (u16_t)(room > 16 * TCP_MSS ? 16 * TCP_MSS : room / TCP_MSS * TCP_MSS);
    if (tcp_write(pcb, text, size, 0) != ERR_OK) break;
  }
  tcp_output(pcb);
  return ERR_OK;
}

static err_t accept_discard(void *arg, struct tcp_pcb *pcb, err_t error) {
  (void)arg;
  (void)error;
  tcp_recv(pcb, discard);
  return ERR_OK;
}

static err_t accept_chargen(void *arg, struct tcp_pcb *pcb, err_t error) {
  (void)arg;
  (void)error;
  tcp_recv(pcb, discard);
  tcp_sent(pcb, refill);
  return refill(NULL, pcb, 0);
}

static void serve(u16_t port, tcp_accept_fn accept) {
  struct tcp_pcb *pcb = tcp_new();
  tcp_bind(pcb, IP_ADDR_ANY, port);
  tcp_accept(tcp_listen(pcb), accept);
}

static int attach(const char *name) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  return tun < 0 ? tun : ioctl(tun, TUNSETIFF, &request);
}

static int drain(struct netif *netif) {
  int taken = 0;
  while (taken < MOST_AT_ONCE) {
    struct pbuf *packet = pbuf_alloc(PBUF_RAW, MTU, PBUF_RAM);
    ssize_t length = packet == NULL ? -1 : read(tun, packet->payload, MTU);
    if (length <= 0) {
      if (packet != NULL) pbuf_free(packet);
      break;
    }
    pbuf_realloc(packet, (u16_t)length);
    if (netif->input(packet, netif) != ERR_OK) pbuf_free(packet);
    taken += 1;
  }
  return taken;
}

int main(int argc, char **argv) {
  struct netif netif;
  ip4_addr_t address, mask, none;
  if (argc != 4 || attach(argv[1]) < 0) {
    perror(argc != 4 ? "lwip-peer DEVICE ADDRESS NETMASK" : argv[1]);
    return 2;
  }
  ip4addr_aton(argv[2], &address);
  ip4addr_aton(argv[3], &mask);
  ip4_addr_set_zero(&none);
  lwip_init();
  netif_add(&netif, &address, &mask, &none, NULL, set_up, ip_input);
  netif_set_default(&netif);
  netif_set_up(&netif);
  netif_set_link_up(&netif);
  serve(9, accept_discard);
  serve(19, accept_chargen);
  printf("lwIP %s, window %d bytes\n", LWIP_VERSION_STRING, (int)TCP_WND);
  fflush(stdout);
  struct pollfd watched[2] = {{.fd = tun, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  for (int idle = 0;;) {
    idle = drain(&netif) > 0 ? 0 : idle + 1;
    sys_check_timeouts();
    if (idle < IDLE_TURNS) continue;
    poll(watched, 2, 10);
    if (watched[1].revents != 0) return 0;
  }
}
