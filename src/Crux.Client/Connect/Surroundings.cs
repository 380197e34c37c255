using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Crux.Client.Connect;

/// <summary>
/// The clock and the roads of the machine that a reeve's socket stands on: the kernel's, unless a test host has put up others for that socket.
/// </summary>
internal sealed record Surroundings(TimeProvider Time, Func<NetAddress, CancellationToken, ValueTask<Socket>> ConnectAsync)
{
    private static readonly ConcurrentDictionary<string, Surroundings> Known = new(StringComparer.Ordinal);

    public static Surroundings Real { get; } = new(TimeProvider.System, ConnectByKernelAsync);

    public static Surroundings Of(string socket) => Known.GetValueOrDefault(Path.GetFullPath(socket), Real);

    /// <summary>Whoever uses this socket from now on lives in these, until they are taken down.</summary>
    public static void PutUp(string socket, Surroundings surroundings) => Known[Path.GetFullPath(socket)] = surroundings;

    public static void TakeDown(string socket) => Known.TryRemove(Path.GetFullPath(socket), out _);

    private static async ValueTask<Socket> ConnectByKernelAsync(NetAddress target, CancellationToken cancellationToken)
    {
        var address = target.ToEndPoint();
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
