using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>What a <see cref="StewardMachine"/> hands back: first words to send, in their order for each stream, then streams to end, then what has happened.</summary>
public sealed class StewardOutbox
{
    private readonly List<StewardMessage> _messages = [];
    private readonly List<StreamEnd> _ends = [];
    private readonly List<RegistryNews> _news = [];

    /// <summary>Words for the reeves.</summary>
    public IReadOnlyList<StewardMessage> Messages => _messages;

    /// <summary>Streams that are over.</summary>
    public IReadOnlyList<StreamEnd> Ends => _ends;

    /// <summary>What came, changed and went, in the order in which the registry took it in.</summary>
    public IReadOnlyList<RegistryNews> News => _news;

    /// <summary>Empties it for the next call.</summary>
    public void Clear()
    {
        _messages.Clear();
        _ends.Clear();
        _news.Clear();
    }

    internal void Send(StewardPush push, ImmutableArray<ulong> streams) => _messages.Add(new StewardMessage(push, streams));

    internal void Raise(RegistryNews news) => _news.Add(news);

    internal void End(ulong stream, string why, bool isFault) => _ends.Add(new StreamEnd(stream, why, isFault));
}
