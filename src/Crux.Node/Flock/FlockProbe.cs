using System.Net.Sockets;
using Crux.Machines.Flock;
using Crux.Services.Operator;

namespace Crux.Node.Flock;

/// <summary>
/// Asks one address on an operator's behalf: hellos from a connected socket of its own, for only such a one hears what ICMP says, and a
/// TCP connection to the same port.
/// </summary>
internal static class FlockProbe
{
    /// <summary>Hellos sent: one lost datagram must not look like a firewall.</summary>
    public const int Hellos = 3;

    /// <summary>Time between two hellos, and for the last one's answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private const int BufferBytes = 2048;

    public static async Task<ProbeResult> AskAsync(FlockDriver flock, NetAddress address, CancellationToken cancellationToken)
    {
        var connecting = ConnectAsync(address, cancellationToken);
        var (udp, stranger) = await HelloAsync(flock, address, cancellationToken);
        return new ProbeResult(udp, await connecting, stranger);
    }

    private static async Task<(ProbeOutcome Outcome, Machines.Flock.Authority.ForeignSighting? Stranger)> HelloAsync(
        FlockDriver flock, NetAddress address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.Family, SocketType.Dgram, ProtocolType.Udp);
        var buffer = new byte[BufferBytes];
        var outcome = ProbeOutcome.Silence;
        try
        {
            // From the flock's own address, so that the other side's rules see what they would see.
            socket.Bind(flock.Address.WithPort(0).ToEndPoint());
            await socket.ConnectAsync(address.ToEndPoint(), cancellationToken);
            for (var round = 0; round < Hellos; round++)
            {
                var hello = await HelloTo(flock, address).WaitAsync(cancellationToken);
                await socket.SendAsync(hello, cancellationToken);
                if (await ReceiveAsync(socket, buffer, cancellationToken) is not { } length)
                    continue;
                var answer = await flock.AskAsync((machine, now, _) => machine.Examine(now, address, buffer.AsSpan(0, length))).WaitAsync(cancellationToken);
                if (answer.IsChallenge)
                    return (ProbeOutcome.Answer, null);
                if (answer.Stranger is { } stranger)
                    return (ProbeOutcome.Foreign, stranger);
                outcome = ProbeOutcome.Unreadable;
            }
        }
        catch (SocketException problem)
        {
            return (Read(problem), null);
        }
        return (outcome, null);
    }

    // One from the flock's socket too: if the other answers that, it is met as any other is.
    private static Task<byte[]> HelloTo(FlockDriver flock, NetAddress address) => flock.AskAsync((machine, now, outbox) =>
    {
        var aside = new FlockOutbox();
        machine.Approach(now, address, aside);
        machine.Approach(now, address, outbox);
        foreach (ref readonly var datagram in aside.Datagrams)
        {
            if (datagram.To == address)
                return aside.BytesOf(datagram).ToArray();
        }
        return [];
    });

    private static async Task<int?> ReceiveAsync(Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await socket.ReceiveAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<ProbeOutcome> ConnectAsync(NetAddress address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.Family, SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Hellos * Patience);
        try
        {
            await socket.ConnectAsync(address.ToEndPoint(), patience.Token);
            return ProbeOutcome.Answer;
        }
        catch (SocketException problem)
        {
            return Read(problem);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeOutcome.Silence;
        }
    }

    private static ProbeOutcome Read(SocketException problem) => problem.SocketErrorCode switch
    {
        SocketError.ConnectionRefused or SocketError.ConnectionReset => ProbeOutcome.Refused,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown => ProbeOutcome.NoWay,
        SocketError.AccessDenied => ProbeOutcome.Forbidden,
        _ => ProbeOutcome.Silence,
    };
}
