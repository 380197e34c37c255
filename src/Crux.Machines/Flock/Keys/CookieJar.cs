using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Proof of address without state: a MAC under a key that only this boot knows, over purpose, address, salt and coarse time.
/// Who sends it back has received it.
/// </summary>
internal sealed class CookieJar(ReadOnlySpan<byte> key)
{
    public const int CookieBytes = 16;

    /// <summary>A cookie holds for one to two of these.</summary>
    public static readonly TimeSpan Epoch = TimeSpan.FromSeconds(4);

    private readonly byte[] _key = key.ToArray();

    public void Bake(Instant now, CookiePurpose purpose, NetAddress address, ulong salt, Span<byte> cookie) =>
        Bake(now.Ticks / Epoch.Ticks, purpose, address, salt, cookie);

    public bool Holds(Instant now, CookiePurpose purpose, NetAddress address, ulong salt, ReadOnlySpan<byte> cookie)
    {
        if (cookie.Length != CookieBytes)
            return false;
        Span<byte> expected = stackalloc byte[CookieBytes];
        var epoch = now.Ticks / Epoch.Ticks;
        Bake(epoch, purpose, address, salt, expected);
        if (CryptographicOperations.FixedTimeEquals(expected, cookie))
            return true;
        Bake(epoch - 1, purpose, address, salt, expected);
        return CryptographicOperations.FixedTimeEquals(expected, cookie);
    }

    private void Bake(long epoch, CookiePurpose purpose, NetAddress address, ulong salt, Span<byte> cookie)
    {
        Span<byte> text = stackalloc byte[1 + 18 + 8 + 8];
        text[0] = (byte)purpose;
        BinaryPrimitives.WriteUInt64BigEndian(text[1..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(text[9..], address.Low);
        BinaryPrimitives.WriteUInt16BigEndian(text[17..], address.Port);
        BinaryPrimitives.WriteUInt64BigEndian(text[19..], salt);
        BinaryPrimitives.WriteInt64BigEndian(text[27..], epoch);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, mac);
        mac[..CookieBytes].CopyTo(cookie);
    }
}
