namespace Crux.Services.Trust;

/// <summary>Where the rules in force are put up for everybody on this node. A slow reader skips to the newest.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class RuleBoard
{
    private readonly Lock _gate = new();
    private readonly Latest<RulesInForce> _rules = new(RulesInForce.None);

    /// <summary>What holds now.</summary>
    public RulesInForce Current => _rules.Current;

    /// <summary>Puts up what holds from now on.</summary>
    public void Show(RulesInForce rules)
    {
        lock (_gate)
        {
            if (rules != _rules.Current)
                _rules.Publish(rules);
        }
    }

    /// <summary>What holds now, and after every change.</summary>
    public IAsyncEnumerable<RulesInForce> WatchAsync(CancellationToken cancellationToken) => _rules.WatchAsync(cancellationToken);
}
