namespace Crux;

/// <summary>A handshake that is under way. Without <see cref="Succeeded"/> its end counts as a failure.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class HandshakePass : IDisposable
{
    private readonly HandshakeRoom _room;
    private readonly NetAddress _source;
    private int _left;

    internal HandshakePass(HandshakeRoom room, NetAddress source) => (_room, _source) = (room, source);

    /// <summary>Who connects is known now, and no stranger any more.</summary>
    public void Succeeded() => Leave(succeeded: true);

    /// <summary>The connection is over.</summary>
    public void Dispose() => Leave(succeeded: false);

    private void Leave(bool succeeded)
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
            _room.Leave(_source, succeeded);
    }
}
