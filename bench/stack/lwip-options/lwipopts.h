/* lwIP from its sources for bench/stack.mjs: one thread, a window of 1 MiB, and only what TCP needs. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0

#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8

#define TCP_MSS 1460
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 5
#define TCP_WND (1024 * 1024)
#define TCP_SND_BUF (1024 * 1024)
#define TCP_SNDLOWAT 32768
#define TCP_SND_QUEUELEN 4096
#define TCP_OVERSIZE TCP_MSS
#define LWIP_TCP_TIMESTAMPS 1
#define LWIP_TCP_SACK_OUT 1

#define LWIP_ARP 0
#define LWIP_UDP 0
#define LWIP_STATS 0
#define LWIP_NOASSERT

/* A load of 32 bits at a time, the fastest of lwIP's own. */
#define LWIP_CHKSUM_ALGORITHM 3

#endif
