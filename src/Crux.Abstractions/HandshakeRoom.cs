namespace Crux;

/// <summary>
/// Who may try a handshake now. A handshake costs a server far more than it costs whoever only begins one: so strangers have a place each,
/// not the machine. A source whose handshakes fail is turned away before TLS, until some time has passed; those that it has are left alone.
/// </summary>
/// <remarks>Thread-safe. A source is an address: what a hostile process does is on the account of its machine.</remarks>
public sealed class HandshakeRoom(TimeProvider time)
{
    /// <summary>Handshakes under way at once, of all sources. One more is turned away; whoever means well tries again.</summary>
    public const int MaxAtOnce = 1_024;

    /// <summary>Handshakes under way at once, of one source.</summary>
    public const int MaxPerSource = 64;

    /// <summary>So many may fail in a row before a source is turned away; a machine full of clients that are all too early stays below.</summary>
    public const int FailureBurst = 200;

    /// <summary>And so many a second from then on: some hundredths of a core.</summary>
    public const int FailuresPerSecond = 20;

    /// <summary>Sources on account at once. Beyond it new ones are turned away until one is forgotten: one is, once it failed nowhere for a while.</summary>
    public const int MaxSources = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<NetAddress, Account> _accounts = [];
    private int _under;

    /// <summary>Handshakes under way.</summary>
    public int UnderWay => Volatile.Read(ref _under);

    /// <summary>Sources on account.</summary>
    public int Sources
    {
        get
        {
            lock (_gate)
                return _accounts.Count;
        }
    }

    /// <summary>Whether a connection from <paramref name="source"/> may go on to its handshake; null where it is to be closed.</summary>
    /// <param name="source">An address; its port doesn't matter.</param>
    public HandshakePass? TryEnter(NetAddress source)
    {
        source = source.WithPort(0);
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_under >= MaxAtOnce || !TryFind(source, now, out var account) || account.Open >= MaxPerSource)
                return null;
            account.Refill(time.GetElapsedTime(account.At, now).TotalSeconds, now);
            // What is under way may yet fail: its places are spoken for.
            if (account.Tokens < account.Open + 1)
                return null;
            account.Open++;
            _under++;
            return new HandshakePass(this, source);
        }
    }

    internal void Leave(NetAddress source, bool succeeded)
    {
        lock (_gate)
        {
            _under--;
            var account = _accounts[source];
            account.Open--;
            if (!succeeded)
                account.Tokens--;
            else if (account.IsClean)
                _accounts.Remove(source);
        }
    }

    private bool TryFind(NetAddress source, long now, out Account account)
    {
        if (_accounts.TryGetValue(source, out account!))
            return true;
        if (_accounts.Count >= MaxSources)
            Forget(now);
        if (_accounts.Count >= MaxSources)
            return false;
        _accounts.Add(source, account = new Account { At = now });
        return true;
    }

    private void Forget(long now)
    {
        foreach (var (source, account) in _accounts)
        {
            account.Refill(time.GetElapsedTime(account.At, now).TotalSeconds, now);
            if (account.IsClean)
                _accounts.Remove(source);
        }
    }

    private sealed class Account
    {
        public double Tokens { get; set; } = FailureBurst;

        public int Open { get; set; }

        public long At { get; set; }

        public bool IsClean => Open == 0 && Tokens >= FailureBurst;

        public void Refill(double seconds, long now) => (Tokens, At) = (Math.Min(FailureBurst, Tokens + (seconds * FailuresPerSecond)), now);
    }
}
