namespace Crux.Node.Tests.Flock;

/// <summary>Throws what no confab may, as a machine with a broken invariant would.</summary>
internal sealed class BrokenConfab : IConfab
{
    public NetAddress Address => NetAddress.V4(0x7F42_00FE, 1);

    public IReadOnlyList<AddressRange> Neighbourhood => [];

    public ConfabCounters Counters => default;

    public void Send(NetAddress to, ReadOnlySpan<byte> datagram, Reach reach)
    {
    }

    public bool TryReceive(Span<byte> buffer, out NetAddress from, out int length) => throw new InvalidOperationException("broken on purpose");

    public void OnArrival(Action arrived)
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
