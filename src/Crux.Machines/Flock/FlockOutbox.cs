using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Flock;

/// <summary>
/// What a flock machine wants done, in the order in which it must be done: begin <see cref="Writes"/>, send
/// <see cref="Datagrams"/>, then raise <see cref="Events"/>. Nothing here waits for the writes of the same step: what depends on one
/// is sent when <see cref="FlockMachine.Persisted"/> was told of it, so that no heartbeat ever waits for a disk.
/// </summary>
/// <remarks>Reused: the owner hands it to the machine, does what it says, and calls <see cref="Clear"/>. Nothing is allocated per datagram.</remarks>
public sealed class FlockOutbox
{
    /// <summary>The most datagrams of one step; what is over is dropped and counted: the flock repeats itself.</summary>
    public const int MaxDatagrams = 4_096;

    private readonly List<DurableWrite> _writes = [];
    private readonly List<FlockEvent> _events = [];
    private OutboundDatagram[] _datagrams = new OutboundDatagram[64];
    private byte[] _arena = new byte[16 * 1024];
    private int _count;
    private int _used;

    /// <summary>The states to put on disk: at most one of each kind, and none of a kind whose last one is still under way.</summary>
    public IReadOnlyList<DurableWrite> Writes => _writes;

    /// <summary>The datagrams to send, in order.</summary>
    public ReadOnlySpan<OutboundDatagram> Datagrams => _datagrams.AsSpan(0, _count);

    /// <summary>The events to raise, in order.</summary>
    public IReadOnlyList<FlockEvent> Events => _events;

    /// <summary>Datagrams dropped because one step made too many, since this outbox was made.</summary>
    public long Dropped { get; private set; }

    /// <summary>The bytes of one of <see cref="Datagrams"/>; valid until <see cref="Clear"/> or the machine's next step.</summary>
    public ReadOnlySpan<byte> BytesOf(in OutboundDatagram datagram) => _arena.AsSpan(datagram.Offset, datagram.Length);

    /// <summary>Forgets everything, keeps the memory.</summary>
    public void Clear()
    {
        _writes.Clear();
        _events.Clear();
        _count = 0;
        _used = 0;
    }

    internal void Put(DurableWrite write) => _writes.Add(write);

    internal void Raise(FlockEvent news) => _events.Add(news);

    /// <summary>Room for one datagram at the arena's end; empty where the step has made too many.</summary>
    internal Span<byte> Reserve()
    {
        if (_count == MaxDatagrams)
        {
            Dropped++;
            return default;
        }
        if (_arena.Length - _used < IConfab.MaxDatagramBytes)
            Array.Resize(ref _arena, _arena.Length * 2);
        return _arena.AsSpan(_used, IConfab.MaxDatagramBytes);
    }

    /// <summary>Makes the first <paramref name="length"/> reserved bytes a datagram.</summary>
    internal void Commit(NetAddress to, Reach reach, int length)
    {
        if (_count == _datagrams.Length)
            Array.Resize(ref _datagrams, _count * 2);
        _datagrams[_count++] = new OutboundDatagram(to, reach, _used, length);
        _used += length;
    }
}
