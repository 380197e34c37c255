namespace Crux.Machines.Flock.Keys;

/// <summary>What a cookie proves; one made for one purpose fits no other.</summary>
internal enum CookiePurpose : byte
{
    /// <summary>A challenge answers a hello that this node sent.</summary>
    Hello = 1,

    /// <summary>A join answers a challenge that this node sent.</summary>
    Challenge = 2,
}
