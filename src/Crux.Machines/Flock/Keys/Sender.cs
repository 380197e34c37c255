namespace Crux.Machines.Flock.Keys;

/// <summary>One boot of one node, as a receiver of its frames knows it.</summary>
internal sealed class Sender(ulong salt, IFrameCipher cipher)
{
    public ulong Salt { get; } = salt;

    public IFrameCipher Cipher { get; } = cipher;

    public ReplayWindow Window { get; } = new();

    public LinkedListNode<Sender>? Place { get; set; }
}
