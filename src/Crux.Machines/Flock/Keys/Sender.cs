namespace Crux.Machines.Flock.Keys;

/// <summary>One boot of one node, as a receiver of its frames knows it.</summary>
internal sealed class Sender(ulong salt) : IDisposable
{
    // This epoch's key, the last one's, and while a generation takes over from another, that one's.
    private const int KeptCiphers = 3;

    private readonly (ushort Generation, long Epoch, IFrameCipher Cipher)[] _ciphers = new (ushort, long, IFrameCipher)[KeptCiphers];
    private int _next;

    public ulong Salt { get; } = salt;

    /// <summary>Where its frames come from.</summary>
    public NetAddress Address { get; set; }

    public ReplayWindow Window { get; } = new();

    /// <summary>When a frame of it was last authenticated.</summary>
    public Instant HeardAt { get; set; }

    /// <summary>The generation of its last frame; 0 for the join key.</summary>
    public ushort Tongue { get; set; }

    public LinkedListNode<Sender>? Place { get; set; }

    public IFrameCipher? Find(ushort generation, long epoch)
    {
        foreach (var (tag, of, cipher) in _ciphers)
        {
            if (cipher is not null && tag == generation && of == epoch)
                return cipher;
        }
        return null;
    }

    /// <summary>Keeps a cipher under which a tag has verified; the oldest of three makes room.</summary>
    public void Keep(ushort generation, long epoch, IFrameCipher cipher)
    {
        _ciphers[_next].Cipher?.Dispose();
        _ciphers[_next] = (generation, epoch, cipher);
        _next = (_next + 1) % KeptCiphers;
    }

    public void Dispose()
    {
        foreach (var (_, _, cipher) in _ciphers)
            cipher?.Dispose();
        Array.Clear(_ciphers);
    }
}
