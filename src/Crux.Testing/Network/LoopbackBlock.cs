using System.Net.Sockets;
using Crux.Node;

namespace Crux.Testing.Network;

/// <summary>A /24 of loopback that no other flock has, in whatever process: tests that run beside each other don't meet.</summary>
internal sealed class LoopbackBlock : IDisposable
{
    private const int Length = 24;
    private const uint First = 0x7FA0_0000;
    private const int Count = 95 * 256;
    private const int LastHost = 254;

    /// <summary>Blocks tried before it gives up: so many taken ones in a row are no chance.</summary>
    private const int MaxAttempts = 50;

    private readonly Socket _claim;
    private readonly uint _block;

    private LoopbackBlock(Socket claim, uint block) => (_claim, _block) = (claim, block);

    /// <summary>All of it.</summary>
    public AddressRange Range => new(_block, Length);

    /// <summary>Takes one; it is free again when this is disposed, or the process ends.</summary>
    public static LoopbackBlock Claim()
    {
        for (var attempt = 0; ; attempt++)
        {
            var block = First + ((uint)Random.Shared.Next(Count) << (32 - Length));
            var claim = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                claim.Bind(NetAddress.V4(block + LastHost, CruxNodeOptions.DefaultPort).ToEndPoint());
                return new(claim, block);
            }
            catch (SocketException problem) when (problem.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < MaxAttempts)
            {
                claim.Dispose();
            }
        }
    }

    /// <summary>The address of a machine, without a port.</summary>
    public NetAddress HostOf(int number) => NetAddress.V4(_block + (uint)number, 0);

    public void Dispose() => _claim.Dispose();
}
