using System.Threading.Channels;

namespace Crux.Client;

/// <summary>A service that runs its own points: it serves by <paramref name="network"/>, writes its heartbeats to <paramref name="alive"/>, and returns soon after <paramref name="quit"/>.</summary>
/// <param name="quit">Fires on SIGTERM, Ctrl-C and <c>Lifecycle/Quit</c>.</param>
/// <param name="alive">Each beat registers or renews the points in it; a point that is not written any more is given up when its validity ends.</param>
/// <param name="network">The service's own address, a way to serve, and a way to call others.</param>
public delegate Task CruxServiceMethod(CancellationToken quit, ChannelWriter<Heartbeat[]> alive, IServiceNetwork network);
