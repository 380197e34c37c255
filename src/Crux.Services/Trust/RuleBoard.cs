using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Services.Trust;

/// <summary>Where the rules in force are put up for everybody on this node. A slow reader skips to the newest.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class RuleBoard
{
    private readonly Lock _gate = new();
    private readonly List<Channel<RulesInForce>> _readers = [];
    private RulesInForce _current = RulesInForce.None;

    /// <summary>What holds now.</summary>
    public RulesInForce Current => Volatile.Read(ref _current);

    /// <summary>Puts up what holds from now on.</summary>
    public void Show(RulesInForce rules)
    {
        lock (_gate)
        {
            if (rules == _current)
                return;
            Volatile.Write(ref _current, rules);
            foreach (var reader in _readers)
                reader.Writer.TryWrite(rules);
        }
    }

    /// <summary>What holds now, and after every change.</summary>
    public async IAsyncEnumerable<RulesInForce> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<RulesInForce>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _readers.Add(channel);
            channel.Writer.TryWrite(_current);
        }
        try
        {
            await foreach (var rules in channel.Reader.ReadAllAsync(cancellationToken))
                yield return rules;
        }
        finally
        {
            lock (_gate)
                _readers.Remove(channel);
        }
    }
}
