namespace Crux.Machines.Flock.Keys;

/// <summary>One boot of one node, as a receiver of its frames knows it. In a large flock most of them speak once or twice, so it is small until then.</summary>
internal sealed class Sender(ulong salt) : IDisposable
{
    // This epoch's key, the last one's, and while a generation takes over from another, that one's.
    private const int KeptCiphers = 3;

    /// <summary>Which of its counters were seen.</summary>
    public ReplayWindow Window;

    private Kept _first;
    private Kept[]? _others;
    private int _next;

    public ulong Salt { get; } = salt;

    /// <summary>Where its frames come from.</summary>
    public NetAddress Address { get; set; }

    /// <summary>When a frame of it was last authenticated.</summary>
    public Instant HeardAt { get; set; }

    /// <summary>When a frame of it that is bound to this boot was; null where none was.</summary>
    public Instant? SpokeAt { get; set; }

    /// <summary>The highest counter that it used with the join key. That key outlives every window, so nothing up to here is taken once the window is gone.</summary>
    public ulong JoinCounter { get; set; }

    /// <summary>Its frames with the join key up to this counter were taken, or are too old, before this window began.</summary>
    public ulong JoinFloor { get; init; }

    /// <summary>The generation of its last frame; 0 for the join key.</summary>
    public ushort Tongue { get; set; }

    public IFrameCipher? Find(ushort generation, long epoch)
    {
        if (_first.Is(generation, epoch))
            return _first.Cipher;
        foreach (var kept in _others ?? [])
        {
            if (kept.Is(generation, epoch))
                return kept.Cipher;
        }
        return null;
    }

    /// <summary>Keeps a cipher under which a tag has verified; the oldest of three makes room.</summary>
    public void Keep(ushort generation, long epoch, IFrameCipher cipher)
    {
        ref var kept = ref _first;
        if (_next > 0)
            kept = ref (_others ??= new Kept[KeptCiphers - 1])[_next - 1];
        kept.Cipher?.Dispose();
        kept = new Kept(generation, epoch, cipher);
        _next = (_next + 1) % KeptCiphers;
    }

    public void Dispose()
    {
        _first.Cipher?.Dispose();
        foreach (var kept in _others ?? [])
            kept.Cipher?.Dispose();
        (_first, _others) = (default, null);
    }

    private readonly record struct Kept(ushort Generation, long Epoch, IFrameCipher? Cipher)
    {
        public bool Is(ushort generation, long epoch) => Cipher is not null && Generation == generation && Epoch == epoch;
    }
}
