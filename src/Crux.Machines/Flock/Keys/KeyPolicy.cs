using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Keys;

/// <summary>Which tier says what. The join tier is all that a newcomer can read, and after birth nothing else is said in it.</summary>
internal static class KeyPolicy
{
    /// <summary>What those without a generation must be able to read: introductions, and the way to a key.</summary>
    public static bool IsForAll(MessageKind kind) => kind is
        MessageKind.Hello or MessageKind.Challenge or MessageKind.Join or MessageKind.Welcome or MessageKind.Birth
        or MessageKind.KeyState or MessageKind.KeyNotice or MessageKind.KeyWant or MessageKind.KeyGrant
        or MessageKind.Clone;

    /// <summary>Whether a frame's tier is good enough for what it says. For a moment after the first generation came into use, some don't know yet.</summary>
    public static bool Allows(Instant now, FrameHeader header, MessageKind kind, Keyring ring) =>
        header.IsTransient || IsForAll(kind) || ring.Active is null || now - ring.ActiveSince <= Epochs.Grace;
}
